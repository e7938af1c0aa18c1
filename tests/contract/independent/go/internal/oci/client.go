package oci

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ecrclients/internal/registry"
	"ecrclients/internal/web"
)

// LoginFunc returns the login for the registry; user is "" if there is none.
// With refused, the last one was rejected and must not be returned again.
type LoginFunc func(ctx context.Context, refused bool) (user, password string, err error)

// Client talks to one registry.
type Client struct {
	host   string
	scheme string
	http   *http.Client
	login  LoginFunc
	auth   string // the Authorization header, "" before the first challenge
}

var requestPolicy = web.Policy{Attempts: 5, Base: 500 * time.Millisecond, Max: 8 * time.Second, Each: 15 * time.Second}

// NewClient finds out how the registry is spoken to.
func NewClient(ctx context.Context, client *http.Client, host string, login LoginFunc) (*Client, error) {
	c := &Client{host: host, scheme: "https", http: client, login: login}
	if !registry.IsLoopback(host) {
		return c, nil
	}
	// As for docker, a registry on this machine may speak plain HTTP. That is
	// also tried if it has a certificate of its own making, which is not trusted.
	err := web.Retry(ctx, requestPolicy, func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+"/v2/", nil)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if web.IsPlainHTTP(err) || web.IsUntrusted(err) {
			c.scheme = "http"
			return nil
		}
		if err != nil {
			return web.NetError("registry "+host, err)
		}
		resp.Body.Close()
		return nil
	})
	return c, err
}

// open makes one attempt at a GET below /v2/NAME/ and returns a response of
// status 200. A login that is refused is asked for again once: it may have ended
// since. The same login is not sent a second time.
func (c *Client) open(ctx context.Context, op, path, accept string) (*http.Response, error) {
	asked := false
	for {
		resp, err := c.follow(ctx, op, c.scheme+"://"+c.host+path, accept)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode == http.StatusOK {
			return resp, nil
		}
		e := responseError(op, resp)
		challenge := strings.Join(resp.Header.Values("WWW-Authenticate"), ", ")
		resp.Body.Close()
		refused := resp.StatusCode == http.StatusUnauthorized || c.auth != "" && denied(e)
		// A rejection by the host of a redirect says nothing about the login.
		if !refused || asked || resp.Request.URL.Host != c.host {
			return nil, e
		}
		// The first challenge is no rejection yet.
		asked = c.auth != ""
		if c.auth == "" && !basic(challenge) {
			return nil, fmt.Errorf("%w; the registry asks for no basic authentication", e)
		}
		auth, err := c.authorize(ctx, false)
		if err == nil && auth != "" && auth == c.auth && ended(e) {
			auth, err = c.authorize(ctx, true)
		}
		if err != nil {
			return nil, fmt.Errorf("%v; login: %w", e, err)
		}
		if auth == "" {
			return nil, fmt.Errorf("%w; docker has no login for %s", e, c.host)
		}
		if auth == c.auth {
			return nil, e
		}
		c.auth = auth
	}
}

// denied recognizes a rejection: ECR reports a login that has ended as 403, and
// ECR Public as 400.
func denied(e *web.Error) bool {
	return e.Status == http.StatusForbidden || e.Status == http.StatusBadRequest && (e.Code == "DENIED" || e.Code == "UNAUTHORIZED")
}

// ended tells a login that is of no use from a missing permission.
func ended(e *web.Error) bool {
	text := strings.ToLower(e.Message)
	return e.Status == http.StatusUnauthorized || strings.Contains(text, "authorization token") || strings.Contains(text, "security token")
}

func (c *Client) authorize(ctx context.Context, refused bool) (string, error) {
	user, password, err := c.login(ctx, refused)
	if err != nil || user == "" {
		return "", err
	}
	return "Basic " + web.Secret(base64.StdEncoding.EncodeToString([]byte(user+":"+password))), nil
}

func basic(challenge string) bool {
	lower := strings.ToLower(challenge)
	return strings.HasPrefix(lower, "basic") || strings.Contains(lower, ", basic ")
}

// follow makes a request and follows redirects, which lead to the storage of
// layers. The login goes to the registry only.
func (c *Client) follow(ctx context.Context, op, target, accept string) (*http.Response, error) {
	for hops := 0; ; hops++ {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
		if err != nil {
			return nil, &web.Error{Op: op, Message: "the registry redirects to a malformed URL"}
		}
		req.Header.Set("User-Agent", "ecrclients/1.0")
		if req.URL.Host == c.host && req.URL.Scheme == c.scheme {
			if accept != "" {
				req.Header.Set("Accept", accept)
			}
			if c.auth != "" {
				req.Header.Set("Authorization", c.auth)
			}
		}
		resp, err := c.http.Do(req)
		if err != nil {
			return nil, web.NetError(op, err)
		}
		switch resp.StatusCode {
		case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
			http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		default:
			return resp, nil
		}
		resp.Body.Close()
		next, err := req.URL.Parse(resp.Header.Get("Location"))
		if err != nil || resp.Header.Get("Location") == "" {
			return nil, &web.Error{Op: op, Status: resp.StatusCode, Message: "a redirect without a valid location"}
		}
		if hops >= 5 {
			return nil, &web.Error{Op: op, Message: "too many redirects"}
		}
		if err := allowed(req.URL, next); err != "" {
			return nil, &web.Error{Op: op, Message: err}
		}
		target = next.String()
	}
}

func allowed(from, to *url.URL) string {
	if to.Scheme != "https" && !(to.Scheme == "http" && from.Scheme == "http") {
		return "a redirect away from TLS is not followed"
	}
	return ""
}

// responseError reads an error of the distribution specification.
func responseError(op string, resp *http.Response) *web.Error {
	e := web.StatusError(op, resp)
	// The status says enough if the text does not come soon.
	timer := time.AfterFunc(3*time.Second, func() { resp.Body.Close() })
	body, _ := web.ReadBody(io.LimitReader(resp.Body, 1<<16), 1<<16)
	timer.Stop()
	var answer struct {
		Errors []struct{ Code, Message string }
	}
	if json.Unmarshal(body, &answer) == nil && len(answer.Errors) > 0 {
		e.Code, e.Message = web.Clean(answer.Errors[0].Code), answer.Errors[0].Message
	}
	if e.Code == "TOOMANYREQUESTS" {
		e.Transient = true
	}
	if e.Message == "" && e.Code == "" {
		e.Message = http.StatusText(resp.StatusCode)
	}
	return e
}
