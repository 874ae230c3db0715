target "app" {
  context = "."
  args = {
    VERSION "1.2"
  }
  tags = ["app:1.2"
}
