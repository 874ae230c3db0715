target "app" {
  dockerfile = "app.Dockerfile"
}

target "gone" {
  context = "services/gone"
}

target "other-stage" {
  dockerfile = "app.Dockerfile"
  target     = "production"
}
