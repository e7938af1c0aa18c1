package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"

	"ecrclients/ecrlogin"
	"ecrclients/internal/aws"
	"ecrclients/internal/proc"
	"ecrclients/internal/registry"
	"ecrclients/internal/web"
)

// loginLimit is the time for all registries.
const loginLimit = 60 * time.Second

// dockerLoginCaller calls `docker login` for each registry.
func dockerLoginCaller(ctx context.Context, args []string) error {
	hosts, err := hostsOf(args)
	if err != nil {
		return err
	}
	docker, err := exec.LookPath("docker")
	if err != nil {
		return errors.New("the program docker is not on the PATH")
	}
	ctx, cancel := context.WithTimeout(ctx, loginLimit)
	defer cancel()

	tokens, errs := make([]aws.Token, len(hosts)), make([]error, len(hosts))
	limited, stop := context.WithTimeout(ctx, aws.Limit)
	defer stop()
	var wg sync.WaitGroup
	slots := make(chan struct{}, 4)
	for i := range hosts {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			slots <- struct{}{}
			defer func() { <-slots }()
			tokens[i], errs[i] = ecrlogin.Fetch(limited, hosts[i])
		}(i)
	}
	wg.Wait()

	// One after the other: docker rewrites its config.json without a lock.
	failed := 0
	for i, host := range hosts {
		err := errs[i]
		if err == nil {
			err = loginTwice(ctx, docker, host, tokens[i])
		}
		if err != nil {
			failed++
			warn("docker-login-caller: %s: %v", host, err)
			continue
		}
		fmt.Println("logged in to " + host)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d logins failed", failed, len(hosts))
	}
	return nil
}

// hostsOf returns the registries of the command line, each once.
func hostsOf(args []string) ([]string, error) {
	conf, err := aws.Load()
	if err != nil {
		return nil, err
	}
	var hosts []string
	seen := map[string]bool{}
	for _, arg := range args {
		if arg == "" || arg[0] == '-' {
			return nil, errUsage
		}
		if _, err := conf.Registry(arg); err != nil {
			return nil, err
		}
		host, err := registry.HostOf(arg)
		if err != nil {
			return nil, err
		}
		if !seen[host] {
			seen[host] = true
			hosts = append(hosts, host)
		}
	}
	if len(hosts) == 0 {
		return nil, errUsage
	}
	return hosts, nil
}

// loginTwice tries once more with a new login: the registry may have rejected
// the first one, or have been unavailable for a moment.
func loginTwice(ctx context.Context, docker, host string, t aws.Token) error {
	first := dockerLoginOnce(ctx, docker, host, t.Password)
	if first == nil || !web.Sleep(ctx, web.Jitter(2*time.Second)) {
		return first
	}
	t, err := ecrlogin.Fetch(ctx, host)
	if err != nil {
		return fmt.Errorf("%v; new login: %w", first, err)
	}
	return dockerLoginOnce(ctx, docker, host, t.Password)
}

func dockerLoginOnce(ctx context.Context, docker, host, password string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	_, stderr, err := proc.Run(ctx, strings.NewReader(password), nil, docker,
		"login", "--username", "AWS", "--password-stdin", host)
	if err == nil {
		return nil
	}
	var lines []string
	for _, line := range strings.Split(string(stderr), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(strings.ToUpper(line), "WARNING") {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return fmt.Errorf("docker login: %w", err)
	}
	return fmt.Errorf("docker login: %s (%w)", web.Clean(strings.Join(lines, " ")), err)
}
