target "app" {
  dockerfile = "app.Dockerfile"
}variable "TAG" et "inline" {
  dockerfile-i.line = <<EOT
FR}
tat "inline" {
  dockerfile-i.line = <<EOT
FR}
target "app" {
  inxt"
  targrget "app" {
  get " "ap{ptarget "app" {
  cR"""""""""""""""&"""""""""""""""""")""""""""""""""""""""""""""""""""""&"""""""""""""""""")"""""""""""""""""""""""""""""""""""""""Í"""""""""""""""—ltÍ"""""""""" "=