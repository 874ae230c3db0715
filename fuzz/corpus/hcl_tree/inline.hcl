variable "TAG" { default = "latest" }
group "default" { targets = ["app", "inline"] }
target "_common" { args = { BASE = "debian:${TAG}" } }
target "app" {
  inherits = ["_common"]
  context = "app"
  dockerfile = "build.txt"
  target = "prod"
}
target "inline" {
  dockerfile-inline = <<EOT
FROM alpine:latest
RUN apk add curl
EOT
}
target "gone" { context = "nowhere" }
target "nostage" { context = "app"
 target = "nope" 
 dockerfile = "build.txt" }
