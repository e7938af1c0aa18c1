// Package registry logs in to a registry of Amazon ECR. It keeps a token until one hour before its end.
package registry

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
)

// Client sends requests to a registry.
type Client struct {
	ECR *ecr.Client
	// Now returns the current time.
	Now func() time.Time
	// URL is the URL of the registry.
	URL    string
	token  string
	expiry time.Time
}

// Ping returns the status of GET /v2/, the request with which docker checks a login.
func (client *Client) Ping(ctx context.Context) (int, error) {
	token, err := client.currentToken(ctx)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, client.URL+"/v2/", nil)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "Basic "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

func (client *Client) currentToken(ctx context.Context) (string, error) {
	if client.Now().Add(time.Hour).Before(client.expiry) {
		return client.token, nil
	}
	output, err := client.ECR.GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		return "", err
	}
	if len(output.AuthorizationData) != 1 || output.AuthorizationData[0].AuthorizationToken == nil || output.AuthorizationData[0].ExpiresAt == nil {
		return "", errors.New("ECR returned no token")
	}
	data := output.AuthorizationData[0]
	client.token, client.expiry = *data.AuthorizationToken, *data.ExpiresAt
	return client.token, nil
}
