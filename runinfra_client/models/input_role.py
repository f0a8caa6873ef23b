from typing import Literal

InputRole = Literal["assistant", "developer", "system", "user"]

INPUT_ROLE_VALUES: set[InputRole] = {
    "assistant",
    "developer",
    "system",
    "user",
}


def check_input_role(value: str) -> InputRole:
    if value in INPUT_ROLE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {INPUT_ROLE_VALUES!r}")
