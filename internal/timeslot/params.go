package timeslot

import (
	"net/url"
	"strings"
)

// EncodeParams is the canonical text of the parameters of an exact read: in order of their names, with %20 for a blank, which
// every server reads alike; a plus sign some take for itself.
func EncodeParams(values url.Values) string { return strings.ReplaceAll(values.Encode(), "+", "%20") }
