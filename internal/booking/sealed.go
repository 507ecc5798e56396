package booking

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// sealed holds bytes that must not be seen: a patient's or a key. However it is printed, logged or marshalled, only
// "[redacted]" comes out.
type sealed struct{ b []byte }

func (s sealed) reader() io.Reader { return bytes.NewReader(s.b) }

// Format serves every verb of package fmt; %d and %x would show the bytes otherwise.
func (sealed) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

func (sealed) String() string               { return redacted }
func (sealed) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (sealed) MarshalText() ([]byte, error) { return []byte(redacted), nil }
