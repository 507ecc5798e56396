package config

import (
	"strings"
	"testing"
)

// Keys that had one value, or no effect, are gone: whoever writes one is told.
func TestKeysThatChangedNothingAreRefusedByName(t *testing.T) {
	for key, text := range map[string]string{
		"sources.directory.enabled":   "sources: {directory: {enabled: false}}",
		"sources.careOptions.version": "sources: {careOptions: {version: v1}}",
	} {
		_, err := LoadBytes("old.yaml", []byte(text), nil)
		if err == nil || !strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), "unknown key") {
			t.Errorf("%s: %v", key, err)
		}
	}
	_, err := LoadBytes("env", nil, []string{"AGGREGATOR_SOURCES_DIRECTORY_ENABLED=false"})
	if err == nil || !strings.Contains(err.Error(), "AGGREGATOR_SOURCES_DIRECTORY_ENABLED") {
		t.Errorf("by environment: %v", err)
	}
}

// A colon in the prefix passed the check, and the start failed.
func TestAPrefixThatTheStartRefusesIsRefusedHere(t *testing.T) {
	if _, err := LoadBytes("prefix.yaml", []byte(`cache: {redis: {prefix: "a:b"}}`), nil); err == nil || !strings.Contains(err.Error(), "cache.redis.prefix") {
		t.Errorf("%v", err)
	}
}
