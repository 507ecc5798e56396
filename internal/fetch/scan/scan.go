package scan

import (
	"errors"
	"fmt"
)

// MaxDepth is how deep objects and arrays may lie in each other.
const MaxDepth = 1000

// Kind is what a value is.
type Kind uint8

// The kinds. Invalid: no value begins here.
const (
	Invalid Kind = iota
	Object
	Array
	String
	Number
	Bool
	Null
)

// kinds by first byte.
var kinds = func() (table [256]Kind) {
	table['{'], table['['], table['"'], table['n'] = Object, Array, String, Null
	table['t'], table['f'], table['-'] = Bool, Bool, Number
	for c := '0'; c <= '9'; c++ {
		table[c] = Number
	}
	return table
}()

// Scanner reads a document. It is not safe for concurrent use, and keeps what it was given.
type Scanner struct {
	b     []byte
	at    int // of the next byte
	depth int
	text  []byte // of the last text with escapes
}

// New reads b.
func New(b []byte) *Scanner { return &Scanner{b: b} }

var errDepth = errors.New("nested too deeply")

// syntax is the error for a byte that does not belong where it is.
func (s *Scanner) syntax(want string) error {
	if s.at >= len(s.b) {
		return fmt.Errorf("the document ends where %s is wanted", want)
	}
	return fmt.Errorf("at byte %d: %s is wanted", s.at, want)
}

// space passes over white space.
func (s *Scanner) space() {
	for s.at < len(s.b) {
		switch s.b[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// peek is the next byte that is not white space; 0 at the end.
func (s *Scanner) peek() byte {
	if s.at < len(s.b) && s.b[s.at] > ' ' {
		return s.b[s.at]
	}
	s.space()
	if s.at < len(s.b) {
		return s.b[s.at]
	}
	return 0
}

// Next is the kind of the value that the scanner stands before.
func (s *Scanner) Next() Kind { return kinds[s.peek()] }

// End is an error when something follows the document.
func (s *Scanner) End() error {
	if s.space(); s.at < len(s.b) {
		return s.syntax("the end")
	}
	return nil
}

// Object takes an object and calls field for each of its fields, in which the scanner stands before the value; field
// has to take it. The key is valid until then.
func (s *Scanner) Object(field func(s *Scanner, key []byte) error) error {
	if s.peek() != '{' {
		return s.syntax("an object")
	}
	if err := s.enter(); err != nil {
		return err
	}
	if s.peek() == '}' {
		s.leave()
		return nil
	}
	for {
		if s.peek() != '"' {
			return s.syntax("a field's name")
		}
		key, err := s.Text()
		if err != nil {
			return err
		}
		if s.peek() != ':' {
			return s.syntax("':'")
		}
		s.at++
		if err := field(s, key); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.at++
		case '}':
			s.leave()
			return nil
		default:
			return s.syntax("',' or '}'")
		}
	}
}

// Array takes an array and calls element for each element, before which the scanner stands; element has to take it.
func (s *Scanner) Array(element func(s *Scanner) error) error {
	if s.peek() != '[' {
		return s.syntax("an array")
	}
	if err := s.enter(); err != nil {
		return err
	}
	if s.peek() == ']' {
		s.leave()
		return nil
	}
	for {
		if err := element(s); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.at++
		case ']':
			s.leave()
			return nil
		default:
			return s.syntax("',' or ']'")
		}
	}
}

// enter and leave pass over a bracket.
func (s *Scanner) enter() error {
	s.at++
	if s.depth++; s.depth > MaxDepth {
		return errDepth
	}
	return nil
}

func (s *Scanner) leave() {
	s.at++
	s.depth--
}

// Skip takes a value of any kind.
func (s *Scanner) Skip() error {
	switch s.Next() {
	case Object:
		return s.Object(func(s *Scanner, _ []byte) error { return s.Skip() })
	case Array:
		return s.Array((*Scanner).Skip)
	case String:
		_, err := s.Text()
		return err
	case Number:
		_, err := s.Number()
		return err
	case Bool:
		_, err := s.Bool()
		return err
	case Null:
		return s.Null()
	default:
		return s.syntax("a value")
	}
}

// Raw takes a value of any kind and gives its bytes, a part of the document.
func (s *Scanner) Raw() ([]byte, error) {
	s.space()
	begin := s.at
	err := s.Skip()
	return s.b[begin:s.at], err
}

// Null takes null.
func (s *Scanner) Null() error { return s.literal("null") }

// Bool takes true or false.
func (s *Scanner) Bool() (bool, error) {
	if s.peek() == 't' {
		return true, s.literal("true")
	}
	return false, s.literal("false")
}

func (s *Scanner) literal(word string) error {
	s.space()
	if len(s.b)-s.at < len(word) || string(s.b[s.at:s.at+len(word)]) != word {
		return s.syntax(word)
	}
	s.at += len(word)
	return nil
}
