package aws

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"ecrclients/internal/registry"
	"ecrclients/internal/web"
)

// Limit is the time within which a login is obtained or given up.
const Limit = 45 * time.Second

const maxLife = 12 * time.Hour

// Token is a login to a registry. Both times are of this machine's clock.
type Token struct {
	Username  string    `json:"username"`
	Password  string    `json:"password"`
	Issued    time.Time `json:"issued"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// RenewAt is the time from which a new login should replace this one: the half
// of its life, which leaves hours for retries and suits every length of life.
func (t Token) RenewAt() time.Time { return t.Issued.Add(t.ExpiresAt.Sub(t.Issued) / 2) }

// Valid tells whether the login may be used at all. Wall clock times are
// compared, since a suspended machine stops the monotonic clock.
func (t Token) Valid() bool { return time.Now().Round(0).Before(t.ExpiresAt.Round(0)) }

// Fresh tells whether the login may be given out without a request to AWS.
func (t Token) Fresh() bool { return time.Now().Round(0).Before(t.RenewAt().Round(0)) }

// RenewLimit is the time for the renewal of a login that is still good: short,
// and over well before the login ends, so that it is there if AWS is not.
func (t Token) RenewLimit() time.Duration {
	limit := time.Until(t.ExpiresAt) / 2
	if limit > 10*time.Second {
		limit = 10 * time.Second
	}
	return limit
}

// validPassword checks a password: it is printed and put into headers, and it is
// a line of its own in several protocols.
func validPassword(p string) bool {
	for i := 0; i < len(p); i++ {
		if p[i] <= ' ' || p[i] > '~' {
			return false
		}
	}
	return p != ""
}

// Check tells whether a login from a file is well formed.
func (t Token) Check() bool {
	life := t.ExpiresAt.Sub(t.Issued)
	return t.Username == "AWS" && validPassword(t.Password) && life > 0 && life <= maxLife &&
		time.Until(t.Issued) < time.Minute
}

// Fetch obtains a login with the given credentials. If AWS says that these have
// ended, they are resolved again, once.
func (c *Config) Fetch(ctx context.Context, r registry.Registry, cred Credentials) (Token, error) {
	endpoint, err := c.Endpoint(r)
	if err != nil {
		return Token{}, err
	}
	// The parameter keeps a registry of another account apart from one's own.
	input := map[string][]string{}
	if r.Account != "" {
		input["registryIds"] = []string{r.Account}
	}
	body, err := json.Marshal(input)
	if err != nil {
		return Token{}, err
	}
	op := operation{
		service: "ecr", name: "GetAuthorizationToken", region: r.Region, endpoint: endpoint,
		target: "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", body: body,
	}
	var t Token
	try := func() error {
		return web.Retry(ctx, c.policy, func(ctx context.Context) error {
			// Before the request, so that the life is never thought longer.
			issued := time.Now()
			answer, err := c.send(ctx, op, cred)
			if err == nil {
				t, err = parseToken(answer, r, endpoint, issued)
			}
			return err
		})
	}
	err = try()
	if expired(err) {
		again, rerr := c.Resolve(ctx)
		if rerr != nil {
			return Token{}, fmt.Errorf("%v; new credentials: %w", err, rerr)
		}
		if again.SessionToken != cred.SessionToken || again.AccessKey != cred.AccessKey {
			cred = again
			err = try()
		}
	}
	if err != nil {
		return Token{}, err
	}
	return t, nil
}

type authorization struct {
	Token    *string      `json:"authorizationToken"`
	Expires  *json.Number `json:"expiresAt"`
	Endpoint *string      `json:"proxyEndpoint"`
}

// parseToken validates a response. Text that is not JSON may come from a broken
// connection or proxy, so it is worth another attempt; wrong members are not.
func parseToken(body []byte, r registry.Registry, endpoint string, issued time.Time) (Token, error) {
	op := "ECR GetAuthorizationToken in " + r.Region
	bad := func(text string) (Token, error) {
		return Token{}, &web.Error{Op: op, Message: "malformed response: " + text}
	}
	var answer struct {
		Data []*authorization `json:"authorizationData"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		var syntax *json.SyntaxError
		// The error itself is not quoted: it may hold a part of the token.
		return Token{}, &web.Error{Op: op, Message: "malformed response: it is not the expected JSON",
			Transient: errors.As(err, &syntax)}
	}
	d, text := choose(answer.Data, r, endpoint)
	if text != "" {
		return bad(text)
	}
	if d.Token == nil || *d.Token == "" {
		return bad("authorizationToken is missing")
	}
	web.Secret(*d.Token)
	if d.Expires == nil {
		return bad("expiresAt is missing")
	}
	seconds, err := d.Expires.Float64()
	if err != nil || math.IsNaN(seconds) || seconds <= 0 || seconds > 9e9 {
		return bad("expiresAt is not a time")
	}
	raw, err := base64.StdEncoding.DecodeString(*d.Token)
	if err != nil {
		return bad("authorizationToken is not base64")
	}
	user, password, ok := strings.Cut(string(raw), ":")
	if !ok || user != "AWS" || !validPassword(password) {
		return bad("authorizationToken is not a user AWS with a password")
	}
	web.Secret(password)
	expires := time.Unix(0, 0).Add(time.Duration(seconds * float64(time.Second)))
	if !now().Before(expires) {
		return bad("the token has ended already")
	}
	// A login of ECR lives for 12 hours: a later time must not stop renewals.
	end := local(expires)
	if latest := issued.Add(maxLife).Round(0); end.After(latest) {
		end = latest
	}
	return Token{Username: user, Password: password, Issued: issued.Round(0), ExpiresAt: end}, nil
}

// choose picks the element of the response that is for the registry, and
// returns the reason if there is none.
func choose(data []*authorization, r registry.Registry, endpoint string) (*authorization, string) {
	var found *authorization
	reason := "authorizationData is missing or empty"
	for _, d := range data {
		if d == nil { // the SDKs skip null in lists
			continue
		}
		if d.Endpoint == nil || *d.Endpoint == "" {
			reason = "proxyEndpoint is missing"
			continue
		}
		of, err := registry.Parse(*d.Endpoint)
		switch {
		case err == nil && of.Region == r.Region && of.Account == r.Account:
			return d, "" // certainly the right one
		case err == nil && of.Region == r.Region && r.Account == "":
		case err == registry.ErrNotECR && (registry.IsLoopback(of.Host) || of.Host == hostOf(endpoint)):
			// A mock names itself.
		default:
			reason = "proxyEndpoint is another registry"
			continue
		}
		if found != nil && *found.Endpoint != *d.Endpoint {
			return nil, "it is for several registries"
		}
		if found == nil {
			found = d
		}
	}
	if found == nil {
		return nil, reason
	}
	return found, ""
}

func hostOf(endpoint string) string {
	host, _ := registry.HostOf(endpoint)
	return host
}
