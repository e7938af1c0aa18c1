package aws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"ecrclients/internal/proc"
	"ecrclients/internal/web"
)

// Credentials sign requests.
type Credentials struct {
	AccessKey, SecretKey, SessionToken string
	// Identity tells whose they are. It stays the same when temporary
	// credentials are replaced by others of the same role.
	Identity string
}

// newCredentials validates the parts: they become headers.
func newCredentials(source, id, secret, token string) (Credentials, error) {
	web.Secret(secret)
	web.Secret(token)
	if id == "" || secret == "" {
		return Credentials{}, fmt.Errorf("%s: the access key ID or the secret access key is missing", source)
	}
	for _, part := range []string{id, secret, token} {
		for i := 0; i < len(part); i++ {
			if part[i] <= ' ' || part[i] > '~' {
				return Credentials{}, fmt.Errorf("%s: a credential has a character that is not allowed", source)
			}
		}
	}
	return Credentials{id, secret, token, "key " + id}, nil
}

// Resolve finds credentials in the order of the SDKs: environment, web
// identity, profile, container, instance.
func (c *Config) Resolve(ctx context.Context) (Credentials, error) {
	if cred, found, err := c.fromEnv(); found || err != nil {
		return cred, err
	}
	if file := os.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE"); file != "" {
		return c.webIdentity(ctx, os.Getenv("AWS_ROLE_ARN"), file, os.Getenv("AWS_ROLE_SESSION_NAME"))
	}
	if cred, found, err := c.fromProfile(ctx, c.profile, nil); found || err != nil {
		return cred, err
	}
	if containerConfigured() {
		return c.fromContainer(ctx)
	}
	if strings.EqualFold(os.Getenv("AWS_EC2_METADATA_DISABLED"), "true") {
		return Credentials{}, errors.New("no AWS credentials are configured")
	}
	cred, err := c.fromInstance(ctx)
	if err != nil {
		return cred, fmt.Errorf("no AWS credentials are configured, and: %w", err)
	}
	return cred, nil
}

func (c *Config) fromEnv() (Credentials, bool, error) {
	id, secret := strings.TrimSpace(os.Getenv("AWS_ACCESS_KEY_ID")), strings.TrimSpace(os.Getenv("AWS_SECRET_ACCESS_KEY"))
	if id == "" && secret == "" {
		return Credentials{}, false, nil
	}
	cred, err := newCredentials("environment", id, secret, strings.TrimSpace(os.Getenv("AWS_SESSION_TOKEN")))
	return cred, true, err
}

// fromProfile follows a profile, and the profiles that it is based on.
func (c *Config) fromProfile(ctx context.Context, name string, seen []string) (Credentials, bool, error) {
	fail := func(text string) (Credentials, bool, error) {
		return Credentials{}, false, fmt.Errorf("AWS profile %q: %s", name, text)
	}
	p := c.profiles[name]
	if p == nil && len(seen) > 0 {
		return fail("it does not exist")
	}
	static := p["aws_access_key_id"] != "" || p["aws_secret_access_key"] != ""
	repeated := false
	for _, s := range seen {
		repeated = repeated || s == name
	}
	// A profile may name itself as the source of its own keys.
	if repeated && !(static && seen[len(seen)-1] == name) {
		return fail("source_profile leads back to it")
	}
	role := p["role_arn"]
	switch {
	case role != "" && !repeated:
		if file := p["web_identity_token_file"]; file != "" {
			cred, err := c.webIdentity(ctx, role, file, p["role_session_name"])
			return cred, true, err
		}
		if p["mfa_serial"] != "" {
			return fail("a role with MFA cannot be assumed without a person")
		}
		base, err := c.roleBase(ctx, name, p, seen)
		if err != nil {
			return Credentials{}, false, err
		}
		cred, err := c.assumeRole(ctx, base, p)
		cred.Identity = "role " + role + " by " + base.Identity
		return cred, true, err
	case static:
		cred, err := newCredentials(fmt.Sprintf("AWS profile %q", name),
			p["aws_access_key_id"], p["aws_secret_access_key"], p["aws_session_token"])
		return cred, true, err
	case p["credential_process"] != "":
		cred, err := fromProcess(ctx, p["credential_process"])
		cred.Identity = "process " + p["credential_process"]
		return cred, true, err
	case p["sso_session"] != "" || p["sso_start_url"] != "":
		return fail("IAM Identity Center is not supported; use credential_process with `aws configure export-credentials`")
	}
	return Credentials{}, false, nil
}

// roleBase finds the credentials that assume a profile's role.
func (c *Config) roleBase(ctx context.Context, name string, p section, seen []string) (Credentials, error) {
	if source := p["source_profile"]; source != "" {
		cred, found, err := c.fromProfile(ctx, source, append(seen, name))
		if err == nil && !found {
			err = fmt.Errorf("AWS profile %q: it has no credentials", source)
		}
		return cred, err
	}
	switch p["credential_source"] {
	case "Environment":
		cred, found, err := c.fromEnv()
		if err == nil && !found {
			err = fmt.Errorf("AWS profile %q: no credentials in the environment", name)
		}
		return cred, err
	case "EcsContainer":
		return c.fromContainer(ctx)
	case "Ec2InstanceMetadata":
		return c.fromInstance(ctx)
	}
	return Credentials{}, fmt.Errorf("AWS profile %q: role_arn needs source_profile or a known credential_source", name)
}

// processLimit leaves time for the request to ECR.
const processLimit = 30 * time.Second

// fromProcess runs a credential_process. Its output is never quoted.
func fromProcess(ctx context.Context, command string) (Credentials, error) {
	ctx, cancel := context.WithTimeout(ctx, processLimit)
	defer cancel()
	// The stderr of the process is its own to answer for; only stdout has secrets.
	out, _, err := proc.Run(ctx, nil, os.Stderr, "/bin/sh", "-c", command)
	if err != nil {
		return Credentials{}, fmt.Errorf("credential_process: %w", err)
	}
	var answer struct {
		Version         int
		AccessKeyId     string
		SecretAccessKey string
		SessionToken    string
		Expiration      string
	}
	if json.Unmarshal(out, &answer) != nil || answer.Version != 1 {
		return Credentials{}, errors.New("credential_process: the output is not JSON of version 1")
	}
	if answer.Expiration != "" {
		end, err := time.Parse(time.RFC3339, answer.Expiration)
		if err != nil {
			return Credentials{}, errors.New("credential_process: Expiration is not a time")
		}
		if !now().Before(end) {
			return Credentials{}, errors.New("credential_process: the credentials have ended")
		}
	}
	return newCredentials("credential_process", answer.AccessKeyId, answer.SecretAccessKey, answer.SessionToken)
}
