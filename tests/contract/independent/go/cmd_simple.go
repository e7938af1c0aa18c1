package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"ecrclients/ecrlogin"
	"ecrclients/internal/aws"
	"ecrclients/internal/registry"
	"ecrclients/internal/web"
)

const maxInput = 1 << 20

// tokenPrinter prints the password for a registry.
func tokenPrinter(ctx context.Context, args []string) error {
	if len(args) > 1 || len(args) == 1 && (args[0] == "" || args[0][0] == '-') {
		return errUsage
	}
	ctx, cancel := context.WithTimeout(ctx, aws.Limit)
	defer cancel()
	t, err := ecrlogin.Fetch(ctx, strings.Join(args, ""))
	if err != nil {
		return err
	}
	return emit([]byte(t.Password + "\n"))
}

type kubeletRequest struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Image      string `json:"image"`
}

type kubeletAuth struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

type kubeletResponse struct {
	APIVersion    string                 `json:"apiVersion"`
	Kind          string                 `json:"kind"`
	CacheKeyType  string                 `json:"cacheKeyType"`
	CacheDuration string                 `json:"cacheDuration"`
	Auth          map[string]kubeletAuth `json:"auth"`
}

// kubelet is a credential provider. The kubelet has the cache.
func kubelet(ctx context.Context, args []string) error {
	if len(args) != 0 {
		return errUsage
	}
	input, err := web.ReadBody(os.Stdin, maxInput)
	if err != nil {
		return fmt.Errorf("stdin: %w", err)
	}
	var req kubeletRequest
	if err := json.Unmarshal(input, &req); err != nil {
		return errors.New("stdin is not a CredentialProviderRequest in JSON")
	}
	const group = "credentialprovider.kubelet.k8s.io/"
	switch req.APIVersion {
	case group + "v1", group + "v1beta1", group + "v1alpha1": // all of the same form
	default:
		return fmt.Errorf("the apiVersion %q is not supported", req.APIVersion)
	}
	if req.Kind != "CredentialProviderRequest" {
		return fmt.Errorf("the kind %q is not supported", req.Kind)
	}
	if req.Image == "" {
		return errors.New("the request has no image")
	}
	resp := kubeletResponse{APIVersion: req.APIVersion, Kind: "CredentialProviderResponse",
		CacheKeyType: "Registry", CacheDuration: "0s"}
	host, _, _ := strings.Cut(req.Image, "/")
	ctx, cancel := context.WithTimeout(ctx, aws.Limit)
	defer cancel()
	t, err := ecrlogin.Fetch(ctx, host)
	switch {
	case errors.Is(err, registry.ErrNotECR):
		// The API asks for null if there is no login for an image.
		warn("kubelet: %s is not an ECR registry", host)
	case err != nil:
		return err
	default:
		resp.Auth = map[string]kubeletAuth{host: {t.Username, t.Password}}
		if d := time.Until(t.RenewAt()).Truncate(time.Millisecond); d > 0 {
			if d > time.Minute {
				d = d.Truncate(time.Second)
			}
			resp.CacheDuration = d.String()
		}
	}
	out, err := json.Marshal(resp)
	if err != nil {
		return err
	}
	return emit(append(out, '\n'))
}

type driverRequest struct {
	Registry string `json:"registry"`
	Refused  bool   `json:"refused"`
}

type driverAnswer struct {
	Username string `json:"username,omitempty"`
	Password string `json:"password,omitempty"`
	Error    string `json:"error,omitempty"`
}

// library drives the package ecrlogin: one line of JSON for each request.
func library(ctx context.Context, args []string) error {
	if len(args) != 0 {
		return errUsage
	}
	var client ecrlogin.Client
	// A read of stdin does not end with the context.
	go func() {
		<-ctx.Done()
		os.Exit(1)
	}()
	in := bufio.NewReader(os.Stdin)
	for {
		line, err := in.ReadString('\n')
		if text := strings.TrimSpace(line); text != "" {
			out, merr := json.Marshal(drive(ctx, &client, text))
			if merr != nil {
				return merr
			}
			if werr := emit(append(out, '\n')); werr != nil {
				return werr
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("stdin: %w", err)
		}
	}
}

func drive(ctx context.Context, client *ecrlogin.Client, text string) driverAnswer {
	var req driverRequest
	if json.Unmarshal([]byte(text), &req) != nil || req.Registry == "" {
		return driverAnswer{Error: "the request is not JSON with a registry"}
	}
	if req.Refused {
		client.Refused(req.Registry)
	}
	l, err := client.Login(ctx, req.Registry)
	if err != nil {
		return driverAnswer{Error: web.Clean(err.Error())}
	}
	return driverAnswer{Username: l.Username, Password: l.Password}
}
