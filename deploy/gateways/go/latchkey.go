package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

var (
	service, token = os.Getenv("LATCHKEY_URL"), os.Getenv("LATCHKEY_TOKEN")

	latchkey = strings.TrimSuffix(service, "/") + "/v1/authorize"
	gateway  = "Bearer " + token + `; ip-header=X-Real-IP; audience="https://api.example.com"`
	client   = http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
		// Where a redirect leads to must not get the secrets of the gateway and of the client.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
)

// RequireKey lets requests on to a handler only with an API key that has the scope: one, or a scope query. "" takes every key.
// It asks the service at LATCHKEY_URL, and names itself by LATCHKEY_TOKEN. Only the answer 200 lets a request pass.
func RequireKey(scope string, next http.Handler) http.Handler {
	if service == "" || token == "" {
		panic("RequireKey needs LATCHKEY_URL and LATCHKEY_TOKEN in the environment of the process")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := ask(scope, r)
		if err != nil {
			// A client that is gone needs no answer.
			if r.Context().Err() == nil {
				log.Printf("latchkey: %v", err)
			}
			w.Header().Set("Retry-After", "1")
			w.Header().Set("Cache-Control", "no-store")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		defer answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			replace(r.Header, answer.Header)
			next.ServeHTTP(w, r)
			return
		}
		for _, name := range []string{
			"Content-Type", "Cache-Control", "Www-Authenticate", "Retry-After", "Ratelimit", "Ratelimit-Policy",
		} {
			w.Header()[name] = answer.Header[name]
		}
		w.WriteHeader(answer.StatusCode)
		io.Copy(w, answer.Body)
	})
}

// ask shows Latchkey what the client says of itself, and nothing else of its request. It answers 200 with the key, or 4xx.
func ask(scope string, r *http.Request) (*http.Response, error) {
	question, err := http.NewRequestWithContext(r.Context(), http.MethodGet, latchkey, nil)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"Authorization", "X-Api-Key", "User-Agent"} {
		question.Header[name] = r.Header[name]
	}
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr // as middleware for proxies sets it, without a port
	}
	question.Header.Set("Latchkey-Authorization", gateway)
	question.Header.Set("X-Real-IP", address)
	if scope != "" {
		question.Header.Set("Latchkey-Require-Scope", scope)
	}
	answer, err := client.Do(question)
	if err != nil {
		return nil, err
	}
	isRefusal := answer.StatusCode >= 400 && answer.StatusCode < 500
	if !isRefusal && (answer.StatusCode != http.StatusOK || answer.Header.Get("Latchkey-Key") == "") {
		answer.Body.Close()
		return nil, fmt.Errorf("no verdict: %s", answer.Status)
	}
	return answer, nil
}

// replace takes the key from a request, and tells instead whose it is. What the client says under these names goes too: also
// as `latchkey_key`, which many read as `latchkey-key`, and in `Connection`, by which a reverse proxy removes headers.
func replace(headers, told http.Header) {
	for name, values := range headers {
		isConnection := name == "Connection" && strings.Contains(strings.ToLower(strings.Join(values, ",")), "latchkey")
		if isConnection || name == "Authorization" || name == "X-Api-Key" || isOurs(name) {
			delete(headers, name)
		}
	}
	for name, values := range told {
		if isOurs(name) {
			headers[name] = values
		}
	}
}

func isOurs(name string) bool { return strings.HasPrefix(strings.ToLower(name), "latchkey") }
