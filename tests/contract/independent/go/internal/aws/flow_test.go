package aws

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// setup points a configuration to a server of the test.
func setup(t *testing.T, h http.HandlerFunc) *Config {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const own = "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com"

func login(t *testing.T, c *Config) (Token, error) {
	r, err := c.Registry(own)
	if err != nil {
		t.Fatal(err)
	}
	cred, err := c.Resolve(context.Background())
	if err != nil {
		return Token{}, err
	}
	return c.Fetch(context.Background(), r, cred)
}

func ok(w http.ResponseWriter) {
	fmt.Fprint(w, answer("AWS:secret", float64(time.Now().Add(24*time.Hour).Unix()), own))
}

func TestClockSkew(t *testing.T) {
	defer atomic.StoreInt64(&skew, 0)
	calls := 0
	c := setup(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		server := time.Now().Add(time.Hour)
		w.Header().Set("Date", server.UTC().Format(http.TimeFormat))
		at, _ := time.Parse(amzTime, r.Header.Get("X-Amz-Date"))
		if d := server.Sub(at); d > 5*time.Minute {
			w.WriteHeader(400)
			fmt.Fprint(w, `{"__type":"InvalidSignatureException","message":"Signature expired"}`)
			return
		}
		ok(w)
	})
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret-access-key")
	token, err := login(t, c)
	if err != nil || calls != 2 {
		t.Fatal(err, calls)
	}
	if life := token.ExpiresAt.Sub(token.Issued); life != maxLife {
		t.Error(life)
	}
}

func TestExpiredCredentials(t *testing.T) {
	keys := 0
	c := setup(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/creds" {
			keys++
			fmt.Fprintf(w, `{"AccessKeyId":"AKID%d","SecretAccessKey":"secret-access-key","Token":"session-%d"}`, keys, keys)
			return
		}
		if r.Header.Get("X-Amz-Security-Token") == "session-1" {
			w.WriteHeader(400)
			fmt.Fprint(w, `{"__type":"ExpiredTokenException","message":"ended"}`)
			return
		}
		ok(w)
	})
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", os.Getenv("AWS_ENDPOINT_URL")+"/creds")
	if _, err := login(t, c); err != nil || keys != 2 {
		t.Fatal(err, keys)
	}
}

func TestRoles(t *testing.T) {
	var form string
	c := setup(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") != "" {
			ok(w)
			return
		}
		body, _ := io.ReadAll(r.Body)
		form = string(body)
		name := "AssumeRole"
		if strings.Contains(form, "WebIdentityToken") {
			name += "WithWebIdentity"
		}
		fmt.Fprintf(w, `<%[1]sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%[1]sResult><AssumedRoleUser/>`+
			`<Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret-access-key</SecretAccessKey>`+
			`<SessionToken>session-token</SessionToken></Credentials></%[1]sResult></%[1]sResponse>`, name)
	})
	jwt := filepath.Join(t.TempDir(), "jwt")
	if err := os.WriteFile(jwt, []byte("a.b.c\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", jwt)
	t.Setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/dev")
	if _, err := login(t, c); err != nil || !strings.Contains(form, "WebIdentityToken=a.b.c") {
		t.Fatal(err, form)
	}
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "")
	c.profiles["default"] = section{"role_arn": "arn:aws:iam::123456789012:role/dev", "source_profile": "default",
		"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "secret-access-key", "external_id": "x"}
	if _, err := login(t, c); err != nil || !strings.Contains(form, "ExternalId=x") {
		t.Fatal(err, form)
	}
}
