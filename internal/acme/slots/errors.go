package slots

import (
	"net/http"

	"timeslots/internal/acme/wire"
)

// singleProviderError is a body of the single provider's slots, whose 404 differs as well.
func singleProviderError(status int, message string) wire.Answer {
	if status == http.StatusNotFound {
		return wire.MessageAndStatus(status, message)
	}
	return wire.SlotsError(status, message)
}

// careOptionsError is a body of Care Options; its 500 has none.
func careOptionsError(status int, message string) wire.Answer {
	switch status {
	case http.StatusBadRequest:
		return wire.MessageAndCode(status, 40001, message)
	case http.StatusForbidden:
		return wire.MessageAndCode(status, 40301, message)
	default:
		return wire.Answer{Status: status}
	}
}
