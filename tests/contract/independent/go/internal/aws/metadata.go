package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"ecrclients/internal/web"
)

// The endpoints on the link answer at once or never, so attempts are short.
var metadataPolicy = web.Policy{Attempts: 3, Base: 250 * time.Millisecond, Max: time.Second, Each: 2 * time.Second}

// get makes one request to a metadata service.
func get(ctx context.Context, client *http.Client, op, method, url string, header http.Header) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return "", &web.Error{Op: op, Message: "the endpoint is not a URL"}
	}
	if header != nil {
		req.Header = header.Clone()
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", web.NetError(op, err)
	}
	defer resp.Body.Close()
	body, err := web.ReadBody(resp.Body, 1<<16)
	if resp.StatusCode != http.StatusOK {
		e := web.StatusError(op, resp)
		e.Code, e.Message = errorOf(resp.Header, body)
		return "", e
	}
	if err != nil {
		return "", web.NetError(op, err)
	}
	return string(body), nil
}

// parseMetadata reads the JSON that containers and instances share. The times
// are not checked: an instance extends credentials when its service is ill.
func parseMetadata(op, body string) (Credentials, error) {
	var answer struct {
		Code, Message                       string
		AccessKeyId, SecretAccessKey, Token string
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		return Credentials{}, &web.Error{Op: op, Message: "malformed response: it is not the expected JSON", Transient: true}
	}
	if answer.Code != "" && answer.Code != "Success" {
		return Credentials{}, &web.Error{Op: op, Code: web.Clean(answer.Code), Message: answer.Message}
	}
	if answer.Token == "" {
		return Credentials{}, &web.Error{Op: op, Message: "malformed response: no complete credentials"}
	}
	return newCredentials(op, answer.AccessKeyId, answer.SecretAccessKey, answer.Token)
}

func containerConfigured() bool {
	return os.Getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") != "" || os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI") != ""
}

// containerURL returns the URL of the container's endpoint. Plain HTTP is
// accepted on the addresses of ECS, of EKS and of this machine only.
func containerURL() (string, error) {
	if rel := os.Getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); rel != "" {
		if rel[0] != '/' {
			return "", fmt.Errorf("container credentials: the relative URI does not begin with /")
		}
		return "http://169.254.170.2" + rel, nil
	}
	full := os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
	u, err := url.Parse(full)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("container credentials: the full URI is not a URL")
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	local := host == "localhost" || ip != nil && (ip.IsLoopback() ||
		ip.Equal(net.ParseIP("169.254.170.2")) || ip.Equal(net.ParseIP("169.254.170.23")) || ip.Equal(net.ParseIP("fd00:ec2::23")))
	if u.Scheme != "https" && !(u.Scheme == "http" && local) {
		return "", fmt.Errorf("container credentials: the host of the full URI is not allowed without TLS")
	}
	return full, nil
}

func (c *Config) fromContainer(ctx context.Context) (Credentials, error) {
	const op = "container credentials"
	if !containerConfigured() {
		return Credentials{}, fmt.Errorf("%s: no endpoint is configured", op)
	}
	target, err := containerURL()
	if err != nil {
		return Credentials{}, err
	}
	token := os.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN")
	if file := os.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return Credentials{}, fmt.Errorf("%s: %w", op, err)
		}
		token = string(raw)
	}
	token = strings.TrimSpace(token)
	header := http.Header{"Accept": {"application/json"}}
	if token != "" {
		if strings.ContainsAny(token, "\r\n") {
			return Credentials{}, fmt.Errorf("%s: the authorization token has a line break", op)
		}
		header.Set("Authorization", web.Secret(token))
	}
	var cred Credentials
	err = web.Retry(ctx, metadataPolicy, func(ctx context.Context) error {
		body, err := get(ctx, c.client, op, http.MethodGet, target, header)
		if err == nil {
			cred, err = parseMetadata(op, body)
			cred.Identity = "container " + target
		}
		return err
	})
	return cred, err
}

// fromInstance uses version 2 of the instance metadata service only.
func (c *Config) fromInstance(ctx context.Context) (Credentials, error) {
	const op = "instance metadata"
	base := c.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint")
	if base == "" {
		base = "http://169.254.169.254"
		if strings.EqualFold(c.get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode"), "ipv6") {
			base = "http://[fd00:ec2::254]"
		}
	}
	base = strings.TrimSuffix(base, "/")
	var cred Credentials
	// All three requests are one attempt: a session that the service forgot
	// (status 401) is then opened again.
	err := web.Retry(ctx, metadataPolicy, func(ctx context.Context) error {
		token, err := get(ctx, c.client, op, http.MethodPut, base+"/latest/api/token",
			http.Header{"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": {"300"}})
		if err != nil {
			return err
		}
		header := http.Header{"X-Aws-Ec2-Metadata-Token": {web.Secret(strings.TrimSpace(token))}}
		const path = "/latest/meta-data/iam/security-credentials/"
		roles, err := get(ctx, c.client, op, http.MethodGet, base+path, header)
		if err != nil {
			return again401(err)
		}
		role, _, _ := strings.Cut(strings.TrimSpace(roles), "\n")
		if role = strings.TrimSpace(role); role == "" {
			return &web.Error{Op: op, Message: "the instance has no role"}
		}
		body, err := get(ctx, c.client, op, http.MethodGet, base+path+url.PathEscape(role), header)
		if err == nil {
			cred, err = parseMetadata(op, body)
			cred.Identity = "instance " + role
		}
		return again401(err)
	})
	return cred, err
}

func again401(err error) error {
	if e, ok := err.(*web.Error); ok && e.Status == http.StatusUnauthorized {
		e.Transient = true
	}
	return err
}
