// Package mockecr runs the tests of a package with an offline Amazon ECR. Copy this file into a project; the program mock-ecr must be on the
// PATH.
package mockecr

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Run starts a mock, sets the environment variables that redirect AWS clients to it, and runs the tests. It returns their exit code:
//
//	func TestMain(m *testing.M) { os.Exit(mockecr.Run(m)) }
func Run(tests *testing.M) int {
	server := exec.Command("mock-ecr", "serve", "--port", "0")
	server.Stderr = os.Stderr
	stdout, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		return fail("cannot start mock-ecr", err)
	}
	defer func() { _ = server.Process.Signal(os.Interrupt); _ = server.Wait() }()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return fail("mock-ecr stopped before it listened", err)
	}
	url := strings.TrimSpace(strings.TrimPrefix(line, "mock-ecr listening on "))
	output, err := exec.Command("mock-ecr", "env", "--url", url, "--format", "json").Output()
	variables := map[string]*string{}
	if err == nil {
		err = json.Unmarshal(output, &variables)
	}
	if err != nil {
		return fail("cannot read the output of mock-ecr env", err)
	}
	for name, value := range variables {
		if value == nil {
			_ = os.Unsetenv(name)
		} else {
			_ = os.Setenv(name, *value)
		}
	}
	return tests.Run()
}

// Mock runs a command of mock-ecr for the running mock, such as Mock("clock", "advance", "12h").
func Mock(arguments ...string) error {
	output, err := exec.Command("mock-ecr", arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("mock-ecr %s: %w: %s", strings.Join(arguments, " "), err, output)
	}
	return nil
}

func fail(what string, err error) int {
	fmt.Fprintln(os.Stderr, what+":", err)
	return 1
}
