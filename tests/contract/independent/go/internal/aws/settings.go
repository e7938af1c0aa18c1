// Package aws calls the few operations of AWS that a login to ECR needs, with
// the settings that the SDKs of AWS share.
package aws

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"ecrclients/internal/registry"
	"ecrclients/internal/web"
)

// Config is the configuration of one call, read anew for each login so that
// a long-lived process sees rotated files.
type Config struct {
	profile  string
	explicit bool
	profiles map[string]section
	services map[string]section
	client   *http.Client
	policy   web.Policy
	fallback string // Region of the registry, for STS if none is configured
}

// Load reads the environment and the files in ~/.aws.
func Load() (*Config, error) {
	c := &Config{profiles: map[string]section{}, services: map[string]section{}}
	c.profile = os.Getenv("AWS_PROFILE")
	if c.profile == "" {
		c.profile = os.Getenv("AWS_DEFAULT_PROFILE")
	}
	c.explicit = c.profile != ""
	if !c.explicit {
		c.profile = "default"
	}
	if err := c.readFiles(); err != nil {
		return nil, err
	}
	bundle := c.get("AWS_CA_BUNDLE", "ca_bundle")
	client, err := web.NewClient(web.Roots{Bundle: bundle}, 5*time.Second)
	if err != nil {
		return nil, err
	}
	c.client = client
	attempts := 5
	if n, err := strconv.Atoi(c.get("AWS_MAX_ATTEMPTS", "max_attempts")); err == nil && n >= 1 && n <= 20 {
		attempts = n
	}
	c.policy = web.Policy{Attempts: attempts, Base: 500 * time.Millisecond, Max: 8 * time.Second, Each: 10 * time.Second}
	return c, nil
}

func (c *Config) readFiles() error {
	config, shared := os.Getenv("AWS_CONFIG_FILE"), os.Getenv("AWS_SHARED_CREDENTIALS_FILE")
	if home, err := os.UserHomeDir(); err == nil {
		if config == "" {
			config = filepath.Join(home, ".aws", "config")
		}
		if shared == "" {
			shared = filepath.Join(home, ".aws", "credentials")
		}
	}
	if config != "" {
		sections, err := readINI(config)
		if err != nil {
			return fmt.Errorf("AWS configuration: %w", err)
		}
		for name, s := range sections {
			switch kind, rest, _ := strings.Cut(name, " "); {
			case kind == "profile" && rest != "":
				c.profiles[rest] = s
			case kind == "services" && rest != "":
				c.services[rest] = s
			}
		}
		// "[profile default]" has precedence over "[default]".
		if s, ok := sections["default"]; ok && c.profiles["default"] == nil {
			c.profiles["default"] = s
		}
	}
	if shared != "" {
		sections, err := readINI(shared)
		if err != nil {
			return fmt.Errorf("AWS credentials: %w", err)
		}
		for name, s := range sections {
			p := c.profiles[name]
			if p == nil {
				p = section{}
				c.profiles[name] = p
			}
			for k, v := range s {
				p[k] = v
			}
		}
	}
	if c.explicit && c.profiles[c.profile] == nil {
		return fmt.Errorf("AWS profile %q does not exist", c.profile)
	}
	return nil
}

// get returns a setting of the environment, or else of the profile.
func (c *Config) get(env, key string) string {
	if v := strings.TrimSpace(os.Getenv(env)); v != "" {
		return v
	}
	return c.profiles[c.profile][key]
}

func (c *Config) flag(env, key string) bool {
	return strings.EqualFold(c.get(env, key), "true")
}

// region returns the configured Region, or "".
func (c *Config) region() string {
	if v := strings.TrimSpace(os.Getenv("AWS_REGION")); v != "" {
		return v
	}
	return c.get("AWS_DEFAULT_REGION", "region")
}

// override returns the configured endpoint of a service, or "".
func (c *Config) override(service string) (string, error) {
	if c.flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") {
		return "", nil
	}
	p := c.profiles[c.profile]
	for _, v := range []string{
		os.Getenv("AWS_ENDPOINT_URL_" + strings.ToUpper(service)),
		os.Getenv("AWS_ENDPOINT_URL"),
		c.services[p["services"]][service+".endpoint_url"],
		p["endpoint_url"],
	} {
		if v = strings.TrimSpace(v); v == "" {
			continue
		}
		u, err := url.Parse(v)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" || u.User != nil {
			return "", fmt.Errorf("the configured endpoint of %s is not an http or https URL", strings.ToUpper(service))
		}
		return strings.TrimSuffix(v, "/"), nil
	}
	return "", nil
}

// Registry finds the registry that a reference names. A host that is not of AWS
// counts only if an endpoint is configured and the host is that endpoint's or
// this machine: this is a mock, and nothing else may receive a login.
// An empty reference is the caller's own registry in the configured Region.
func (c *Config) Registry(ref string) (registry.Registry, error) {
	var r registry.Registry
	if ref != "" {
		var err error
		r, err = registry.Parse(ref)
		if err == nil {
			c.fallback = r.Region
			return r, nil
		}
		if err != registry.ErrNotECR {
			return r, fmt.Errorf("%q is %w", web.Clean(ref), err)
		}
		endpoint, err := c.override("ecr")
		if err != nil {
			return r, err
		}
		u, _ := url.Parse(endpoint)
		if endpoint == "" || !(registry.IsLoopback(r.Host) || strings.EqualFold(u.Host, r.Host)) {
			return r, fmt.Errorf("%s is %w", r.Host, registry.ErrNotECR)
		}
	}
	r.Region = c.region()
	if r.Region == "" {
		return r, fmt.Errorf("no AWS Region is configured: set AWS_REGION")
	}
	if !validRegion(r.Region) {
		return r, fmt.Errorf("the configured AWS Region is malformed")
	}
	return r, nil
}

func validRegion(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return s != "" && len(s) < 64
}

// partitions maps a prefix of Region names to the DNS suffixes of AWS there:
// the usual one and the one of dual-stack endpoints.
var partitions = []struct{ prefix, suffix, dual string }{
	{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
	{"eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
	{"us-isob-", "sc2s.sgov.gov", ""},
	{"us-isof-", "csp.hci.ic.gov", ""},
	{"us-iso-", "c2s.ic.gov", ""},
	{"eu-isoe-", "cloud.adc-e.uk", ""},
	{"", "amazonaws.com", "api.aws"},
}

func suffixes(region string) (suffix, dual string) {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.prefix) {
			return p.suffix, p.dual
		}
	}
	return "amazonaws.com", "api.aws"
}

// Endpoint returns the URL of the API for a registry.
func (c *Config) Endpoint(r registry.Registry) (string, error) {
	if v, err := c.override("ecr"); v != "" || err != nil {
		return v, err
	}
	suffix, dual := suffixes(r.Region)
	fips := r.FIPS || c.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
	// A host that only speaks IPv6 needs the dual-stack API as well.
	if dual != "" && (r.DualStack || c.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")) {
		if fips {
			return "https://ecr-fips." + r.Region + "." + dual, nil
		}
		return "https://ecr." + r.Region + "." + dual, nil
	}
	switch {
	case fips && suffix == "amazonaws.com":
		return "https://ecr-fips." + r.Region + "." + suffix, nil
	case fips:
		return "https://api.ecr-fips." + r.Region + "." + suffix, nil
	}
	return "https://api.ecr." + r.Region + "." + suffix, nil
}

// stsEndpoint returns the URL of STS in a Region.
func (c *Config) stsEndpoint(region string) (string, error) {
	if v, err := c.override("sts"); v != "" || err != nil {
		return v, err
	}
	suffix, dual := suffixes(region)
	name := "sts"
	if c.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint") {
		name = "sts-fips"
	}
	if dual != "" && c.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint") {
		suffix = dual
	}
	return "https://" + name + "." + region + "." + suffix, nil
}
