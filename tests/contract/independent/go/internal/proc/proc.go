// Package proc runs other programs within a time limit.
package proc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"syscall"
)

// ErrTime means that a program did not end in time.
var ErrTime = errors.New("no answer in time")

const maxOutput = 1 << 20

// limited keeps the first bytes of an output and drops the rest, so that the
// program does not block.
type limited struct{ buf bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if room := maxOutput - l.buf.Len(); room > 0 {
		if len(p) < room {
			room = len(p)
		}
		l.buf.Write(p[:room])
	}
	return len(p), nil
}

// Run runs a command and returns its output. At the end of the context the
// command and all that it started are killed: otherwise a child that holds the
// pipe would keep the caller waiting. If errors is nil, stderr is returned.
func Run(ctx context.Context, stdin io.Reader, errors io.Writer, name string, args ...string) (stdout, stderr []byte, err error) {
	cmd := exec.Command(name, args...)
	var out, diag limited
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, errors
	if errors == nil {
		cmd.Stderr = &diag
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err = <-done:
	case <-ctx.Done():
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-done
		err = ErrTime
	}
	return out.buf.Bytes(), diag.buf.Bytes(), err
}
