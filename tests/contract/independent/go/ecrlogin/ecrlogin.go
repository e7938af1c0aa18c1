// Package ecrlogin obtains logins to Amazon ECR for a program that runs for a
// long time. It keeps them in memory and is safe for concurrent use.
package ecrlogin

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"ecrclients/internal/aws"
	"ecrclients/internal/registry"
	"ecrclients/internal/web"
)

// Login is a user name and a password of a registry.
type Login struct {
	Host      string
	Username  string
	Password  string
	RenewAt   time.Time // obtain the next login from here on
	ExpiresAt time.Time
}

// ErrNotECR means that the host is not a private ECR registry.
var ErrNotECR = registry.ErrNotECR

// Client obtains logins. The zero value is ready for use.
type Client struct {
	mu      sync.Mutex
	entries map[string]*entry
}

type entry struct {
	mu      sync.Mutex // one request at a time for a registry
	token   aws.Token
	have    bool
	retryAt time.Time // no renewal before, after one that failed
	refused map[[32]byte]bool
}

func (c *Client) entry(host string) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil {
		c.entries = map[string]*entry{}
	}
	e := c.entries[host]
	if e == nil {
		e = &entry{refused: map[[32]byte]bool{}}
		c.entries[host] = e
	}
	return e
}

// Login returns a login to a registry. It is taken from memory during the first
// half of its life. If AWS cannot be reached then, a valid one is given out.
func (c *Client) Login(ctx context.Context, ref string) (Login, error) {
	host, err := registry.HostOf(ref)
	if err != nil {
		return Login{}, err
	}
	e := c.entry(host)
	e.mu.Lock()
	defer e.mu.Unlock()
	valid := e.have && e.token.Valid()
	if valid && (e.token.Fresh() || time.Now().Before(e.retryAt)) {
		return e.login(host), nil
	}
	limit := aws.Limit
	if valid {
		limit = e.token.RenewLimit()
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	t, err := Fetch(ctx, ref)
	if err != nil {
		if valid && web.IsTransient(err) && e.token.Valid() {
			// Do not make every caller wait during an outage.
			e.retryAt = time.Now().Add(web.Jitter(e.token.RenewLimit()))
			return e.login(host), nil
		}
		return Login{}, err
	}
	if e.refused[sha256.Sum256([]byte(t.Password))] {
		return Login{}, errors.New("AWS returned the login that the registry has refused")
	}
	e.token, e.have, e.retryAt = t, true, time.Time{}
	return e.login(host), nil
}

func (e *entry) login(host string) Login {
	return Login{host, e.token.Username, e.token.Password, e.token.RenewAt(), e.token.ExpiresAt}
}

// Refused reports that a registry rejected the last login. It is not given out
// again, whatever happens to the request for the next.
func (c *Client) Refused(ref string) {
	host, err := registry.HostOf(ref)
	if err != nil {
		return
	}
	e := c.entry(host)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.have {
		if len(e.refused) >= 64 {
			e.refused = map[[32]byte]bool{}
		}
		e.refused[sha256.Sum256([]byte(e.token.Password))] = true
	}
	e.token, e.have = aws.Token{}, false
}

// Fetch obtains a new login from AWS, without any memory.
func Fetch(ctx context.Context, ref string) (aws.Token, error) {
	conf, err := aws.Load()
	if err != nil {
		return aws.Token{}, err
	}
	r, err := conf.Registry(ref)
	if err != nil {
		return aws.Token{}, err
	}
	cred, err := conf.Resolve(ctx)
	if err != nil {
		return aws.Token{}, err
	}
	return conf.Fetch(ctx, r, cred)
}
