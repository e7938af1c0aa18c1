package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"ecrclients/internal/dockercfg"
	"ecrclients/internal/oci"
	"ecrclients/internal/proc"
	"ecrclients/internal/registry"
	"ecrclients/internal/web"
)

// imageTool pulls an image into an OCI image layout.
func imageTool(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("image-tool", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	dir := flags.String("store", "", "")
	platform := flags.String("platform", "linux/"+runtime.GOARCH, "")
	if flags.Parse(args) != nil || flags.NArg() != 1 {
		return errUsage
	}
	system, arch, ok := strings.Cut(*platform, "/")
	if !ok {
		return errUsage
	}
	p := oci.Platform{OS: system}
	p.Architecture, p.Variant, _ = strings.Cut(arch, "/")
	ref, err := oci.ParseReference(flags.Arg(0))
	if err != nil {
		return err
	}
	if *dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return err
		}
		*dir = filepath.Join(cache, "ecrclients", "images")
	}
	store, err := oci.NewStore(*dir)
	if err != nil {
		return err
	}
	client, err := web.NewClient(web.Roots{Bundle: os.Getenv("AWS_CA_BUNDLE"), Add: true}, 5*time.Second)
	if err != nil {
		return err
	}
	login := func(ctx context.Context, refused bool) (string, string, error) {
		return dockerLoginFor(ctx, ref.Host, refused)
	}
	// Blobs have their own limits; this one is for finding the registry.
	start, stop := context.WithTimeout(ctx, 45*time.Second)
	c, err := oci.NewClient(start, client, ref.Host, login)
	stop()
	if err != nil {
		return err
	}
	digest, err := oci.Pull(ctx, c, store, ref, p)
	if err != nil {
		return err
	}
	return emit([]byte(digest + "\n"))
}

var helperName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// dockerLoginFor returns the login that docker would use, "" if there is none.
// If the helper returned a login that was refused, `erase` is called on it. This
// is done for ECR only, where a login is temporary and nobody's password is lost.
func dockerLoginFor(ctx context.Context, host string, refused bool) (user, password string, err error) {
	path, err := dockercfg.Path()
	if err != nil {
		return "", "", err
	}
	conf, err := dockercfg.Load(path)
	if err != nil {
		return "", "", err
	}
	name := conf.Helper(host)
	if name == "" {
		user, password, _ = conf.Static(host)
		return user, password, nil
	}
	if !helperName.MatchString(name) {
		return "", "", fmt.Errorf("%s: the name of a credential helper is malformed", path)
	}
	helper := "docker-credential-" + name
	ctx, cancel := context.WithTimeout(ctx, 50*time.Second)
	defer cancel()
	if _, notECR := registry.Parse(host); refused && notECR == nil {
		// A helper need not support it.
		_, _, _ = proc.Run(ctx, strings.NewReader(host+"\n"), nil, helper, "erase")
	}
	stdout, stderr, err := proc.Run(ctx, strings.NewReader(host+"\n"), nil, helper, "get")
	if err != nil {
		return "", "", helperError(helper, stdout, stderr, err)
	}
	var answer dockerLogin
	if json.Unmarshal(stdout, &answer) != nil || answer.Username == "" || answer.Secret == "" {
		return "", "", fmt.Errorf("%s: the output is not a login", helper)
	}
	web.Secret(answer.Secret)
	if answer.Username == "<token>" {
		return "", "", fmt.Errorf("%s: an identity token is not a login to ECR", helper)
	}
	return answer.Username, answer.Secret, nil
}

// helperError makes an error of a failed helper, nil if it has no login.
func helperError(helper string, stdout, stderr []byte, err error) error {
	text := strings.TrimSpace(string(stdout))
	if errors.Is(err, proc.ErrTime) {
		return fmt.Errorf("%s: %w", helper, err)
	}
	if text == errNotFound.Error() {
		return nil
	}
	if text == "" {
		text = strings.TrimSpace(string(stderr))
	}
	if strings.HasPrefix(text, "{") {
		text = "" // perhaps a login, which must not be shown
	}
	if text == "" {
		return fmt.Errorf("%s: %w", helper, err)
	}
	return fmt.Errorf("%s: %s (%w)", helper, web.Clean(text), err)
}
