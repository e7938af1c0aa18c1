package aws

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecrclients/internal/registry"
	"ecrclients/internal/web"
)

// The vector "post-vanilla" of AWS's test suite for Signature Version 4.
func TestSign(t *testing.T) {
	req, _ := http.NewRequest("POST", "https://example.amazonaws.com/", nil)
	at, _ := time.Parse(amzTime, "20150830T123600Z")
	sign(req, nil, Credentials{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "", ""}, "us-east-1", "service", at)
	const want = "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
	if got := req.Header.Get("Authorization"); !strings.HasSuffix(got, want) {
		t.Fatal(got)
	}
}

func answer(token string, expires float64, endpoint string) string {
	return fmt.Sprintf(`{"authorizationData":[{"authorizationToken":%q,"expiresAt":%f,"proxyEndpoint":%q}]}`,
		base64.StdEncoding.EncodeToString([]byte(token)), expires, endpoint)
}

func TestParseToken(t *testing.T) {
	r, err := registry.Parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com")
	if err != nil {
		t.Fatal(err)
	}
	soon := float64(time.Now().Add(time.Hour).Unix())

	good, err := parseToken([]byte(answer("AWS:secret", soon, own)), r, "https://api.ecr.eu-west-1.amazonaws.com", time.Now())
	if err != nil || good.Password != "secret" || !good.Fresh() || !good.Check() {
		t.Fatal(good, err)
	}
	for name, body := range map[string]string{
		"truncated":    `{"authorizationData":[`,
		"empty":        `{}`,
		"no password":  answer("AWS:", soon, own),
		"no user":      answer("secret", soon, own),
		"other user":   answer("me:secret", soon, own),
		"line break":   answer("AWS:sec\nret", soon, own),
		"ended":        answer("AWS:secret", 1000, own),
		"account":      answer("AWS:secret", soon, "https://210987654321.dkr.ecr.eu-west-1.amazonaws.com"),
		"region":       answer("AWS:secret", soon, "https://123456789012.dkr.ecr.us-east-1.amazonaws.com"),
		"foreign":      answer("AWS:secret", soon, "https://registry.example.com"),
		"no endpoint":  answer("AWS:secret", soon, ""),
		"not base64":   `{"authorizationData":[{"authorizationToken":"%","expiresAt":9e9,"proxyEndpoint":"` + own + `"}]}`,
		"time is text": `{"authorizationData":[{"authorizationToken":"QVdTOng=","expiresAt":"2030-01-01","proxyEndpoint":"` + own + `"}]}`,
	} {
		if _, err := parseToken([]byte(body), r, "https://api.ecr.eu-west-1.amazonaws.com", time.Now()); err == nil {
			t.Error(name)
		} else if web.IsTransient(err) != (name == "truncated") {
			t.Error(name, err)
		}
	}
}

func TestEndpoint(t *testing.T) {
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ECR", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{
		"123456789012.dkr.ecr.eu-west-1.amazonaws.com":      "https://api.ecr.eu-west-1.amazonaws.com",
		"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn":  "https://api.ecr.cn-north-1.amazonaws.com.cn",
		"123456789012.dkr.ecr-fips.us-east-1.amazonaws.com": "https://ecr-fips.us-east-1.amazonaws.com",
		"123456789012.dkr-ecr.us-east-1.on.aws":             "https://ecr.us-east-1.api.aws",
		"123456789012.dkr-ecr-fips.us-east-1.on.aws":        "https://ecr-fips.us-east-1.api.aws",
		"123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov":     "https://api.ecr.us-iso-east-1.c2s.ic.gov",
	} {
		r, err := c.Registry("https://" + host + "/v1/")
		if err != nil || r.Host != host || r.Account != "123456789012" {
			t.Error(host, r, err)
			continue
		}
		if got, err := c.Endpoint(r); got != want || err != nil {
			t.Error(host, got, err)
		}
	}
	for _, host := range []string{"docker.io", "123456789012.dkr.ecr.us-east-1.amazonaws.com.example.com",
		"localhost:5000", "x@123456789012.dkr.ecr.us-east-1.amazonaws.com", "12345.dkr.ecr.us-east-1.amazonaws.com"} {
		if r, err := c.Registry(host); err == nil {
			t.Error(host, r)
		}
	}
}

func TestINI(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	text := "[default]\nregion = eu-west-1 # here\nservices = dev\n[services dev]\necr =\n  endpoint_url = http://localhost:1\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := readINI(file)
	if err != nil || s["default"]["region"] != "eu-west-1" || s["services dev"]["ecr.endpoint_url"] != "http://localhost:1" {
		t.Fatal(s, err)
	}
}

func TestErrorOf(t *testing.T) {
	code, message := errorOf(http.Header{}, []byte(`{"__type":"com.amazonaws.ecr#ServerException","Message":"no"}`))
	if code != "ServerException" || message != "no" {
		t.Error(code, message)
	}
	code, message = errorOf(http.Header{}, []byte(`<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`))
	if code != "AccessDenied" || message != "no" {
		t.Error(code, message)
	}
	web.Secret("FwoGZXIvYXdzEXAMPLE")
	if got := web.Clean("a FwoGZXIvYXdzEXAMPLE\n\nThe Canonical String"); got != "a [secret]" {
		t.Error(got)
	}
}
