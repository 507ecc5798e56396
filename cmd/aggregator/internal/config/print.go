package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

// WriteYAML prints the configuration in the order of docs/interface.md §2, products by name, secrets redacted. Values that
// were read from files print as file:/path. Apart from secrets, what it prints loads to an equal configuration.
func (c *Config) WriteYAML(w io.Writer) error { return writeTree(w, c, c.files) }

// Hash identifies the configuration: 12 hexadecimal digits, equal for equal values whatever layer they came from.
// Values of secrets do not count.
func (c *Config) Hash() string {
	sum := sha256.New()
	if err := writeTree(sum, c, nil); err != nil { // a hash does not fail
		panic("configuration hash: " + err.Error())
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

func writeTree(w io.Writer, c *Config, files map[string]string) error {
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(printer{files}.node(reflect.ValueOf(c).Elem(), "")); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	if err := enc.Close(); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return nil
}

type printer struct {
	files map[string]string // keys to print by the file that they came from
}

func (p printer) node(v reflect.Value, key string) *yaml.Node {
	if file, ok := p.files[key]; ok {
		return scalar(file)
	}
	switch {
	case isLeaf(v.Type()):
		return scalar(plain(v.Interface()))
	case v.Kind() == reflect.Slice:
		return p.list(v, key)
	case v.Kind() == reflect.Map:
		return p.products(v.Interface().(Products), key)
	default:
		return p.section(v, key)
	}
}

func (p printer) section(v reflect.Value, key string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range fieldsOf(v.Type(), key) {
		node.Content = append(node.Content, scalar(f.key), p.node(v.Field(f.index), childKey(key, f.key)))
	}
	return node
}

func (p printer) list(v reflect.Value, key string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.SequenceNode}
	if v.Len() == 0 {
		node.Style = yaml.FlowStyle
	}
	for i := range v.Len() {
		node.Content = append(node.Content, p.node(v.Index(i), elementKey(key, i)))
	}
	return node
}

func (p printer) products(products Products, key string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range slices.Sorted(maps.Keys(products)) {
		node.Content = append(node.Content, scalar(name),
			p.section(reflect.ValueOf(products[name]), childKey(key, name)))
	}
	return node
}

// plain is the value in the form that the file uses.
func plain(value any) any {
	switch value := value.(type) {
	case time.Duration:
		return formatDuration(value)
	case Size:
		return value.String()
	case time.Time:
		if value.IsZero() {
			return ""
		}
		return value.Format(time.RFC3339Nano)
	default:
		return value
	}
}

func scalar(value any) *yaml.Node {
	var node yaml.Node
	if err := node.Encode(value); err != nil { // texts, numbers and truth values always encode
		panic("configuration value: " + err.Error())
	}
	return &node
}
