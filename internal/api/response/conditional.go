package response

import "strings"

// matches implements If-None-Match: a list of tags, compared weakly (RFC 9110 §13.1.2).
func matches(headers []string, etag string) bool {
	for _, header := range headers {
		if matchesTag(header, etag) {
			return true
		}
	}
	return false
}

func matchesTag(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
			return true
		}
	}
	return false
}
