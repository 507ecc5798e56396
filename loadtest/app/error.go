package app

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Error is a call that did not end as the app needs it: no answer, a refusal, or an answer that the SDK cannot decode.
type Error struct {
	Call   string // the SDK's name of it
	Status int    // of the answer; 0: none came
	Body   string // of a refusal
	Field  string // of the answer, such as scheduleDays[2].timeSlots[0].duration; empty: all of it
	Wrong  string // about the field
	Cause  error  // of no answer
}

func (e *Error) Error() string {
	switch {
	case e.Cause != nil:
		return fmt.Sprintf("app: %s: %v", e.Call, e.Cause)
	case e.Wrong != "":
		return fmt.Sprintf("app: %s: %s %s", e.Call, cmp.Or(e.Field, "the answer"), e.Wrong)
	case e.Status == http.StatusUnauthorized:
		return fmt.Sprintf("app: %s: 401, which signs the patient out: %.200s", e.Call, e.Body)
	default:
		return fmt.Sprintf("app: %s: status %d: %.200s", e.Call, e.Status, e.Body)
	}
}

func (e *Error) Unwrap() error { return e.Cause }

// Refused reports whether err is a refusal with this status whose body has this text anywhere, as the SDK looks for it.
func Refused(err error, status int, text string) bool {
	var e *Error
	return errors.As(err, &e) && e.Wrong == "" && e.Status == status && strings.Contains(e.Body, text)
}

// Unreadable reports whether err is an answer that the SDK could not decode.
func Unreadable(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Wrong != ""
}
