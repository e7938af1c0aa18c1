package registry

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"example.com/project/mockecr"
)

func TestMain(m *testing.M) { os.Exit(mockecr.Run(m)) }

// newClient returns a client whose clock is ahead of that of the system by the value of `ahead`.
func newClient(t *testing.T, ahead *time.Duration) *Client {
	t.Helper()
	settings, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	url := os.Getenv("MOCK_ECR_URL")
	// Newer versions of the SDK read AWS_ENDPOINT_URL_ECR.
	endpoint := func(options *ecr.Options) { options.EndpointResolver = ecr.EndpointResolverFromURL(url) }
	now := func() time.Time { return time.Now().Add(*ahead) }
	return &Client{ECR: ecr.NewFromConfig(settings, endpoint), Now: now, URL: url}
}

func ping(t *testing.T, client *Client) int {
	t.Helper()
	status, err := client.Ping(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return status
}

func mock(t *testing.T, arguments ...string) {
	t.Helper()
	if err := mockecr.Mock(arguments...); err != nil {
		t.Fatal(err)
	}
}

func TestTheTokenIsRenewedBeforeItExpires(t *testing.T) {
	mock(t, "reset")
	var ahead time.Duration
	client := newClient(t, &ahead)
	for _, hours := range []int{0, 8, 8} {
		if hours > 0 {
			ahead += time.Duration(hours) * time.Hour
			mock(t, "clock", "advance", "8h")
		}
		if status := ping(t, client); status != 200 {
			t.Fatalf("after %s: expected status 200, got %d", ahead, status)
		}
	}
}

func TestATokenThatIsKeptTooLongIsRejected(t *testing.T) {
	mock(t, "reset")
	var ahead time.Duration
	client := newClient(t, &ahead)
	ping(t, client)
	mock(t, "clock", "advance", "12h")
	if status := ping(t, client); status != 403 {
		t.Fatalf("expected status 403, got %d", status)
	}
}

func TestADeniedCallIsAnError(t *testing.T) {
	mock(t, "reset")
	mock(t, "fault", "add", "action = { error = 'AccessDeniedException' }")
	var ahead time.Duration
	_, err := newClient(t, &ahead).Ping(context.Background())
	if err == nil || !strings.Contains(err.Error(), "AccessDeniedException") {
		t.Fatalf("expected AccessDeniedException, got %v", err)
	}
}
