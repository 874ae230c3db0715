ARG BASE=debian
FROM $BASE
FROM registry.example:5000/app
