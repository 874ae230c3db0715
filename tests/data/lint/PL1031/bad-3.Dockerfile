FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /app/server /server
CMD /server
FROM mcr.microsoft.com/dotnet/runtime:8.0-jammy-chiseled
ENTRYPOINT dotnet x.dll
