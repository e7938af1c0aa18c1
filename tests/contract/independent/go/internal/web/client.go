package web

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

var (
	errProxyURL = errors.New("the URL of the proxy in the environment is invalid")
	errTooLarge = errors.New("the response is too large")
)

// Roots says which certificate authorities a client trusts.
type Roots struct {
	Bundle string // file in PEM, "" for those of the system
	Add    bool   // trust the system's as well
}

// NewClient returns a client with bounded phases. SSL_CERT_FILE and
// SSL_CERT_DIR are honoured by the standard library.
func NewClient(roots Roots, connect time.Duration) (*http.Client, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if roots.Bundle != "" {
		pem, err := os.ReadFile(roots.Bundle)
		if err != nil {
			return nil, fmt.Errorf("CA bundle: %w", err)
		}
		pool := x509.NewCertPool()
		if roots.Add {
			if system, err := x509.SystemCertPool(); err == nil {
				pool = system
			}
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("CA bundle %s: no certificate in it", roots.Bundle)
		}
		conf.RootCAs = pool
	}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 proxy,
			DialContext:           (&net.Dialer{Timeout: connect, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:       conf,
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: 12 * time.Second,
			IdleConnTimeout:       30 * time.Second,
			ForceAttemptHTTP2:     true,
			// Digests are of the bytes as sent.
			DisableCompression: true,
		},
		// A signed request must not follow its server elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// proxy hides the error of the standard library, which quotes the URL of the
// proxy with its password.
func proxy(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if err != nil {
		return nil, errProxyURL
	}
	return u, nil
}

// ReadBody reads a complete body of at most limit bytes.
func ReadBody(body io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, errTooLarge
	}
	return b, nil
}
