package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Error is the failure of one request to a server.
type Error struct {
	Op         string        // what was asked, for instance "ECR GetAuthorizationToken"
	Status     int           // HTTP status, 0 without a response
	Code       string        // error code of AWS or of the registry
	Message    string        // text of the server or of the network
	RequestID  string        // of AWS
	Transient  bool          // a later attempt may succeed
	RetryAfter time.Duration // pause that the server asked for
	Date       time.Time     // clock of the server
}

func (e *Error) Error() string {
	text := e.Code
	if msg := Clean(e.Message); msg != "" {
		if text != "" {
			text += ": "
		}
		text += msg
	}
	var notes []string
	if e.Status != 0 {
		notes = append(notes, fmt.Sprintf("HTTP %d", e.Status))
	}
	if e.RequestID != "" {
		notes = append(notes, "request "+Clean(e.RequestID))
	}
	if e.RetryAfter > 0 {
		notes = append(notes, "retry after "+e.RetryAfter.String())
	}
	if len(notes) > 0 {
		if text != "" {
			text += " "
		}
		text += "(" + strings.Join(notes, ", ") + ")"
	}
	return e.Op + ": " + text
}

// IsTransient tells whether a later attempt may succeed.
func IsTransient(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Transient
}

// RetryAfterOf returns the pause that the server asked for, or 0.
func RetryAfterOf(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// TransientStatus tells whether a status alone is worth another attempt.
func TransientStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// StatusError starts an Error from a response; the caller adds code and message.
func StatusError(op string, resp *http.Response) *Error {
	e := &Error{Op: op, Status: resp.StatusCode, Transient: TransientStatus(resp.StatusCode)}
	e.Date, _ = http.ParseTime(resp.Header.Get("Date"))
	e.RetryAfter = retryAfter(resp.Header, e.Date)
	e.RequestID = resp.Header.Get("x-amzn-RequestId")
	if len(e.RequestID) > 64 {
		e.RequestID = ""
	}
	return e
}

func retryAfter(h http.Header, serverNow time.Time) time.Duration {
	if ms, err := strconv.ParseInt(strings.TrimSpace(h.Get("x-amz-retry-after")), 10, 64); err == nil && ms > 0 && ms < 1e9 {
		return time.Duration(ms) * time.Millisecond
	}
	v := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseFloat(v, 64); err == nil && s > 0 && s < 1e6 {
		return time.Duration(s * float64(time.Second))
	}
	if at, err := http.ParseTime(v); err == nil {
		if serverNow.IsZero() {
			serverNow = time.Now()
		}
		if d := at.Sub(serverNow); d > 0 {
			return d
		}
	}
	return 0
}

// NetError turns a failure of the transport into an Error without the URL,
// because a URL may hold a secret.
func NetError(op string, err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	e := &Error{Op: op, Message: err.Error(), Transient: true}
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		roots     x509.SystemRootsError
		record    tls.RecordHeaderError
		dns       *net.DNSError
	)
	switch {
	case errors.Is(err, context.Canceled):
		e.Message, e.Transient = "interrupted", false
	case errors.Is(err, context.DeadlineExceeded):
		e.Message = "no complete response in time"
	case errors.As(err, &authority), errors.As(err, &host), errors.As(err, &invalid), errors.As(err, &roots):
		e.Transient = false
	case errors.As(err, &record), IsPlainHTTP(err):
		e.Message, e.Transient = "the server does not speak TLS", false
	case errors.As(err, &dns):
		// A name that does not exist stays so; other DNS failures pass.
		e.Transient = !dns.IsNotFound
	case strings.Contains(e.Message, http.StatusText(http.StatusProxyAuthRequired)):
		e.Message, e.Transient = "the proxy requires authentication", false
	case errors.Is(err, errProxyURL):
		e.Transient = false
	}
	return e
}

// IsPlainHTTP tells whether a TLS handshake met a server of plain HTTP.
func IsPlainHTTP(err error) bool {
	if err == nil {
		return false
	}
	var record tls.RecordHeaderError
	return errors.As(err, &record) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// IsUntrusted tells whether a certificate was not accepted.
func IsUntrusted(err error) bool {
	var authority x509.UnknownAuthorityError
	return errors.As(err, &authority)
}
