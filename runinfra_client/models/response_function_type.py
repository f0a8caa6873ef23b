from typing import Literal

ResponseFunctionType = Literal["function"]

RESPONSE_FUNCTION_TYPE_VALUES: set[ResponseFunctionType] = {
    "function",
}


def check_response_function_type(value: str) -> ResponseFunctionType:
    if value in RESPONSE_FUNCTION_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {RESPONSE_FUNCTION_TYPE_VALUES!r}"
    )
