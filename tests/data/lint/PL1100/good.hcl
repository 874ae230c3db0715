variable "VERSION" {
  default = "1.2"
}

target "app" {
  dockerfile-inline = <<EOT
FROM debian:12
USER 10001
EOT
  args = {
    VERSION = upper(VERSION)
  }
  tags = [for tag in ["1", "1.2"] : "app:${tag}"]
}
