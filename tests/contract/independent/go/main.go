// Command ecrclients obtains logins to Amazon ECR in seven ways.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"ecrclients/internal/web"
)

// errUsage means that the command line is wrong.
var errUsage = errors.New("usage")

var commands = []struct {
	name, args string
	run        func(ctx context.Context, args []string) error
}{
	{"token-printer", "[REGISTRY]", tokenPrinter},
	{"docker-credential", "get|store|erase|list|version", dockerCredential},
	{"kubelet", "", kubelet},
	{"library", "", library},
	{"image-tool", "[--store DIR] [--platform OS/ARCH] IMAGE", imageTool},
	{"refresher", "--file FILE REGISTRY...", refresher},
	{"docker-login-caller", "REGISTRY...", dockerLoginCaller},
}

func main() {
	// net/http logs bytes that a server sends beyond a response: perhaps secrets.
	log.SetOutput(io.Discard)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if strings.HasPrefix(filepath.Base(os.Args[0]), "docker-credential-") {
		// Docker runs its helpers without further arguments: a link will do.
		os.Args = append([]string{os.Args[0], "docker-credential"}, os.Args[1:]...)
	}
	name := ""
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	for _, c := range commands {
		if c.name != name {
			continue
		}
		err := c.run(ctx, os.Args[2:])
		switch {
		case err == nil:
			os.Exit(0)
		case errors.Is(err, errUsage):
			fmt.Fprintf(os.Stderr, "usage: ecrclients %s %s\n", c.name, c.args)
			os.Exit(2)
		}
		fmt.Fprintf(os.Stderr, "ecrclients %s: %s\n", c.name, web.Clean(err.Error()))
		os.Exit(1)
	}
	fmt.Fprintln(os.Stderr, "usage: ecrclients COMMAND ...")
	for _, c := range commands {
		fmt.Fprintf(os.Stderr, "  %s %s\n", c.name, c.args)
	}
	os.Exit(2)
}

// warn prints a line for a person.
func warn(format string, args ...interface{}) {
	fmt.Fprintln(os.Stderr, "ecrclients: "+web.Clean(fmt.Sprintf(format, args...)))
}

// emit writes a complete result to stdout at once: a reader gets all of it, or
// the exit status says that it did not.
func emit(data []byte) error {
	if _, err := os.Stdout.Write(data); err != nil {
		return fmt.Errorf("stdout: %w", err)
	}
	return nil
}
