package config

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a text that prints as "[redacted]" however it is printed, encoded or logged; [Secret.Reveal] is the only
// way to its value. An empty one prints as nothing, so that one can see whether it is set.
//
// The value is kept as a pointer because fmt does not call methods on unexported fields: there an address is all
// that it can print.
type Secret struct{ value *string }

// NewSecret wraps a value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{value: &value}
}

// Reveal is the value itself. It belongs into a header or a handshake and nowhere else.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsSet reports whether there is a value.
func (s Secret) IsSet() bool { return s.value != nil }

// Equal reports whether two secrets hold the same value. It is for comparing configurations, not credentials: its time
// depends on the values.
func (s Secret) Equal(other Secret) bool { return s.Reveal() == other.Reveal() }

// String is "[redacted]", or empty.
func (s Secret) String() string {
	if s.IsSet() {
		return redacted
	}
	return ""
}

// Format implements [fmt.Formatter], so that no verb gets at the value.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText implements [encoding.TextMarshaler]; JSON uses it too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML implements the YAML library's Marshaler.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// LogValue implements [slog.LogValuer].
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
