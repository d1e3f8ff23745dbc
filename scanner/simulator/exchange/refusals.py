"""Exchange's error answers."""

from scanner.simulator.wire import Answer

_SERVICE_ERROR = "Microsoft.Exchange.Admin.OData.Core.ODataServiceException"


def call_is_not_allowed(cmdlet: str) -> Answer:
    """Return the 401 of a token without the application permission."""
    content = {"error": {"code": "Unauthorized", "message": f"User is not allowed to call {cmdlet}", "details": []}}
    return Answer(status=401, content=content)


def token_is_refused(challenge: str = "") -> Answer:
    """Return the empty 401 of a token that is missing, expired or for another resource, or whose claims won't do."""
    return Answer(status=401, headers={"WWW-Authenticate": challenge or 'Bearer error="invalid_token"'})


def role_is_missing() -> Answer:
    """Return the 403 of a cmdlet that no role grants: NUL bytes that call themselves gzip."""
    return Answer(status=403, raw=b"\0\0\0\0", headers={"Content-Encoding": "gzip"})


def page_is_expired() -> Answer:
    """Return the 400 of a page that this back end did not hand out."""
    message = "Expired or Invalid pagination request. Default Expiry time is 00:30:00"
    inner = {"message": message, "type": _SERVICE_ERROR, "stacktrace": ""}
    content = {"error": {"code": "BadRequest", "message": message, "details": [], "innererror": inner}}
    return Answer(status=400, content=content)


def body_is_wrong() -> Answer:
    """Return the 400 of a body without a cmdlet."""
    content = {"error": {"code": "BadRequest", "message": "Invalid CmdletInput.", "details": []}}
    return Answer(status=400, content=content)


def parameter_is_unknown(name: str) -> Answer:
    """Return the 400 of a parameter that the cmdlet does not have."""
    message = f"A parameter cannot be found that matches parameter name '{name}'."
    return _execution_error(400, "BadRequest", "", "System.Management.Automation.ParameterBindingException", message)


def filter_is_wrong(clause: str) -> Answer:
    """Return the 400 of a filter that can't be read."""
    message = f'Cannot bind parameter \'Filter\' to the target. Exception setting "Filter": "Invalid filter: {clause}"'
    return _execution_error(400, "BadRequest", "", "System.Management.Automation.ParameterBindingException", message)


def object_is_missing(identity: str) -> Answer:
    """Return the 404 of an identity that nothing has."""
    message = f"The operation couldn't be performed because object '{identity}' couldn't be found."
    kind = "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException"
    return _execution_error(404, "NotFound", "Ex6F9304", kind, message)


def _execution_error(status: int, code: str, mark: str, kind: str, message: str) -> Answer:
    content = {
        "error": {
            "code": code,
            "message": "Error executing cmdlet",
            "details": [{"code": "Client", "target": "", "message": f"{mark}|{kind}|{message}"}],
            "innererror": {
                "message": "Error executing cmdlet",
                "type": _SERVICE_ERROR,
                "stacktrace": "",
                "internalexception": {"message": message, "type": kind, "stacktrace": ""},
            },
            "adminapi.warnings@odata.type": "#Collection(String)",
            "@adminapi.warnings": [],
        }
    }
    return Answer(status=status, content=content)
