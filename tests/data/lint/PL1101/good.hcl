target "app" {
  dockerfile = "./bad.hcl.Dockerfile"
  target     = "prod"
}

# What lies elsewhere is not looked for.
target "remote" {
  context = "https://github.com/example/app.git"
}

target "by-variable" {
  context = CONTEXT
}
