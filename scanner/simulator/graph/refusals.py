"""Graph's error bodies."""

import datetime as dt
import uuid

from scanner.simulator.wire import Answer


class GraphRefusalError(Exception):
    """A request that Graph refuses.

    Args:
        status: HTTP status.
        code: the machine-readable name, on which clients branch.
        message: the sentence.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def answer(self) -> Answer:
        """Return the refusal as Graph words it."""
        request_id = str(uuid.uuid4())
        inner = {
            "date": f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%S}",
            "request-id": request_id,
            "client-request-id": request_id,
        }
        content = {"error": {"code": self.code, "message": str(self), "innerError": inner}}
        return Answer(status=self.status, content=content, headers={"request-id": request_id})


def permission_is_missing() -> GraphRefusalError:
    """Return the refusal of a token without the needed role."""
    return GraphRefusalError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def object_is_missing(object_id: str) -> GraphRefusalError:
    """Return the refusal of an id that nothing has."""
    message = f"Resource '{object_id}' does not exist or one of its queried reference-property objects are not present."
    return GraphRefusalError(404, "Request_ResourceNotFound", message)


def segment_is_unknown(segment: str) -> GraphRefusalError:
    """Return the refusal of a path that Graph (or this simulation of it) does not have."""
    return GraphRefusalError(400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def option_is_unsupported(option: str) -> GraphRefusalError:
    """Return the refusal of a query option that is not served here, rather than to ignore it."""
    return GraphRefusalError(400, "Request_UnsupportedQuery", f"Query option '{option}' is not supported.")


def page_size_is_wrong(size: str, maximum: int) -> GraphRefusalError:
    """Return the refusal of a page size outside the allowed range."""
    message = f"Invalid page size specified: '{size}'. Must be between 1 and {maximum} inclusive."
    return GraphRefusalError(400, "Request_UnsupportedQuery", message)


def property_is_unknown(name: str) -> GraphRefusalError:
    """Return the refusal of a selected property that users do not have."""
    message = f"Could not find a property named '{name}' on type 'microsoft.graph.user'."
    return GraphRefusalError(400, "Request_BadRequest", message)
