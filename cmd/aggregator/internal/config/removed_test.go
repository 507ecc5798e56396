package config

import (
	"strings"
	"testing"
)

// Keys that have one value are gone from what is documented: another value is refused by name, and files of earlier releases
// that state it are taken.
func TestKeysThatCanChangeNothingAreRefusedByName(t *testing.T) {
	for key, text := range map[string]string{
		"sources.directory.enabled":   "sources: {directory: {enabled: false}}",
		"sources.careOptions.version": "sources: {careOptions: {version: v2}}",
	} {
		_, err := LoadBytes("old.yaml", []byte(text), nil)
		if err == nil || !strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), "can only be") {
			t.Errorf("%s: %v", key, err)
		}
	}
	_, stated := LoadBytes("old.yaml", []byte("sources: {directory: {enabled: true}, careOptions: {version: v1}}"), nil)
	if stated != nil && strings.Contains(stated.Error(), "can only be") || stated != nil && strings.Contains(stated.Error(), "unknown key") {
		t.Errorf("as the example of earlier releases has it: %v", stated)
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
