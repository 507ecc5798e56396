package scan

import (
	"encoding/binary"
	"encoding/json"
	"math/bits"
)

// Text takes a string and gives what it says. It is a part of the document, or valid until the next text when it has
// escapes.
func (s *Scanner) Text() ([]byte, error) {
	if s.peek() != '"' {
		return nil, s.syntax("a text")
	}
	begin := s.at + 1
	end := plain(s.b, begin)
	if end < len(s.b) && s.b[end] == '"' {
		s.at = end + 1
		return s.b[begin:end:end], nil
	}
	return s.escaped(begin-1, end)
}

// plain is where, from i on, the first byte is that is not simply itself in a text: a quote, a backslash, or a control
// character. It looks at eight bytes at a time.
func plain(b []byte, i int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		quote, slash := w^(ones*'"'), w^(ones*'\\')
		special := ((quote - ones) &^ quote) | ((slash - ones) &^ slash) | ((w - ones*0x20) &^ w)
		if special &= highs; special != 0 { // the lowest is right; higher ones may be its borrow
			return i + bits.TrailingZeros64(special)/8
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c == '"' || c == '\\' || c < 0x20 {
			return i
		}
	}
	return i
}

// escaped takes a text that begins with the quote at begin and has its first special byte at i. What escapes mean is
// the standard library's business: they are rare.
func (s *Scanner) escaped(begin, i int) ([]byte, error) {
	for i < len(s.b) && s.b[i] == '\\' {
		i = plain(s.b, min(i+2, len(s.b)))
	}
	if i >= len(s.b) || s.b[i] != '"' {
		s.at = i
		return nil, s.syntax("the end of a text")
	}
	var text string
	if err := json.Unmarshal(s.b[begin:i+1], &text); err != nil {
		s.at = begin
		return nil, s.syntax("a text with escapes that there are")
	}
	s.at = i + 1
	s.text = append(s.text[:0], text...)
	return s.text, nil
}

// Number takes a number and gives its digits as they are written.
func (s *Scanner) Number() ([]byte, error) {
	s.space()
	begin := s.at
	i := begin
	if i < len(s.b) && s.b[i] == '-' {
		i++
	}
	whole := digits(s.b, i)
	if whole == i || s.b[i] == '0' && whole > i+1 { // none, or a leading zero
		return nil, s.syntax("a number")
	}
	i = whole
	if i < len(s.b) && s.b[i] == '.' {
		end := digits(s.b, i+1)
		if end == i+1 {
			return nil, s.syntax("a number")
		}
		i = end
	}
	if i < len(s.b) && s.b[i]|0x20 == 'e' {
		i++
		if i < len(s.b) && (s.b[i] == '+' || s.b[i] == '-') {
			i++
		}
		end := digits(s.b, i)
		if end == i {
			return nil, s.syntax("a number")
		}
		i = end
	}
	s.at = i
	return s.b[begin:i:i], nil
}

// digits is where, from i on, digits end.
func digits(b []byte, i int) int {
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	return i
}
