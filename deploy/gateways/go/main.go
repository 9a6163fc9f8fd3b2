package main

import (
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
)

func main() {
	orders := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "backend:3000"})
	log.Fatal(http.ListenAndServe(":8080", RequireKey("orders:read", orders)))
}
