target "app" {
  dockerfile = "bad.hcl.Dockerfile"
}

target "gone" {
  context = "services/gone"
}

target "other-stage" {
  dockerfile = "bad.hcl.Dockerfile"
  target     = "production"
}
