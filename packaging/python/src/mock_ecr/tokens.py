"""The tokens of a running mock."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Union

from mock_ecr._control import ControlClient
from mock_ecr._values import Timestamp, build, format_timestamp
from mock_ecr.models import IssuedToken, Token, TokenInspection


class Tokens:
    """Issues, inspects, lists and revokes tokens."""

    def __init__(self, control: ControlClient) -> None:
        """Creates the tokens of a mock. ``MockEcr.tokens`` returns them."""
        self._control = control

    def issue(
        self, *, principal: Optional[str] = None, account: Optional[str] = None, region: Optional[str] = None
    ) -> IssuedToken:
        """Issues a token, as ``GetAuthorizationToken`` would. The default is a token for the first principal of the configuration."""
        body = {"principal": principal, "account": account, "region": region}
        return build(IssuedToken, self._control.post("tokens", {key: value for key, value in body.items() if value is not None}))

    def list(self, *, limit: Optional[int] = None) -> List[Token]:
        """Returns the records of the tokens that were issued or presented, oldest first."""
        query = {} if limit is None else {"limit": str(limit)}
        return [build(Token, token) for token in self._control.get("tokens", query)["tokens"]]

    def inspect(self, token: str) -> TokenInspection:
        """Returns the claims of a token or of the password in it, and whether the token is valid."""
        return build(TokenInspection, self._control.post("tokens/inspect", {"token": token}))

    def revoke(
        self,
        token: Optional[Union[str, Token, IssuedToken]] = None,
        *,
        principal: Optional[str] = None,
        issued_before: Optional[Timestamp] = None,
    ) -> int:
        """Revokes a token (an object or its ID), all tokens of a principal, or all tokens issued before a time.

        Returns the number of recorded tokens that are still valid.
        """
        body: Dict[str, Any] = {}
        if token is not None:
            body["id"] = token if isinstance(token, str) else token.id
        if principal is not None:
            body["principal"] = principal
        if issued_before is not None:
            body["issued_before"] = format_timestamp(issued_before)
        if len(body) != 1:
            raise TypeError("expected a token, a principal or issued_before, and only one of them")
        valid: int = self._control.post("tokens/revoke", body)["valid"]
        return valid
