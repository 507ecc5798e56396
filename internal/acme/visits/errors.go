package visits

import (
	"net/http"

	"timeslots/internal/acme/wire"
)

// guestError is a body of the queued guest visit.
func guestError(status int, message string) wire.Answer {
	switch status {
	case http.StatusUnauthorized:
		return wire.CodeAndError(status, "APIKEY_INVALID_OR_MISSING", "Unauthorized")
	case http.StatusBadRequest:
		return wire.CodeAndError(status, "OPENAPI_VALIDATION_ERROR", message)
	default:
		return wire.CodeAndError(status, "VISIT_CREATE_FAILED", message)
	}
}

// visitError is a body of the visit service, which only has one with 400. The code is the one that the published
// example gives for a missing member; [missingReason] is the other.
func visitError(status int, message string) wire.Answer {
	if status != http.StatusBadRequest {
		return wire.Answer{Status: status}
	}
	return wire.CodeAndError(status, patientRecordNotFound, message)
}

const (
	patientRecordNotFound = "PATIENT_RECORD_NOT_FOUND"
	missingReason         = "MISSING_VISIT_REASON"
)

// waitTimeError is a body of a visit's wait time: with 400 and 404 only.
func waitTimeError(status int, message string) wire.Answer {
	if status == http.StatusBadRequest || status == http.StatusNotFound {
		return wire.ErrorOnly(status, message)
	}
	return wire.Answer{Status: status}
}
