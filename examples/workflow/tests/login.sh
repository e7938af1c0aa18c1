#!/bin/sh
# The registry accepts the password of the client, and no other password.
set -eu

status() {
    curl --silent --output /dev/null --write-out '%{http_code}' --user "AWS:$1" "$AWS_ENDPOINT_URL_ECR/v2/"
}

password=$(./print-password)
test "$(status "$password")" = 200
test "$(status another-password)" = 400
echo "logged in to $AWS_ENDPOINT_URL_ECR"
