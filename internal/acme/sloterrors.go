package acme

import "net/http"

// singleProviderError is a body of the single provider's slots, whose 404 differs as well.
func singleProviderError(status int, message string) answer {
	if status == http.StatusNotFound {
		return messageAndStatus(status, message)
	}
	return slotsError(status, message)
}

// careOptionsError is a body of Care Options; its 500 has none.
func careOptionsError(status int, message string) answer {
	switch status {
	case http.StatusBadRequest:
		return messageAndCode(status, 40001, message)
	case http.StatusForbidden:
		return messageAndCode(status, 40301, message)
	default:
		return answer{status: status}
	}
}
