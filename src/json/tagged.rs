//! Events as the variants of an enum: the variant's name is the event type, its content the data.

use core::cell::Cell;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, EnumAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde::ser::{self, Impossible, Serialize, SerializeMap as _, Serializer};
use serde_json::de::StrRead;

type Json<'a> = serde_json::Deserializer<StrRead<'a>>;

/// Which part of an event could not be read as an enum.
pub(crate) enum Failed {
    /// There is no variant for the event's type.
    Type(serde_json::Error),
    /// The data is not the content of the variant.
    Data(serde_json::Error),
}

/// Reads an event as a variant of the enum `T`.
pub(crate) fn read<'a, T: Deserialize<'a>>(event_type: &'a str, data: &'a str) -> Result<T, Failed> {
    let is_variant = Cell::new(false);
    T::deserialize(Tagged { event_type, data, is_variant: &is_variant })
        .map_err(|error| if is_variant.get() { Failed::Data(error) } else { Failed::Type(error) })
}

/// An event as a deserializer of an enum.
#[derive(Clone, Copy)]
struct Tagged<'a, 'c> {
    event_type: &'a str,
    data: &'a str,
    /// Set as soon as `T` has a variant for the event type.
    is_variant: &'c Cell<bool>,
}

impl<'a> de::Deserializer<'a> for Tagged<'a, '_> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> serde_json::Result<V::Value> {
        visitor.visit_enum(self)
    }

    /// For a wrapper around the enum.
    fn deserialize_newtype_struct<V: Visitor<'a>>(self, _: &'static str, visitor: V) -> serde_json::Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        <V: Visitor<'a>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'a> EnumAccess<'a> for Tagged<'a, '_> {
    type Error = serde_json::Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> serde_json::Result<(V::Value, Self)> {
        let variant = seed.deserialize(BorrowedStrDeserializer::new(self.event_type))?;
        self.is_variant.set(true);
        Ok((variant, self))
    }
}

impl<'a> VariantAccess<'a> for Tagged<'a, '_> {
    type Error = serde_json::Error;

    /// Accepts any data.
    fn unit_variant(self) -> serde_json::Result<()> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> serde_json::Result<T::Value> {
        content(self.data, |json| seed.deserialize(json))
    }

    fn tuple_variant<V: Visitor<'a>>(self, len: usize, visitor: V) -> serde_json::Result<V::Value> {
        content(self.data, |json| de::Deserializer::deserialize_tuple(json, len, visitor))
    }

    fn struct_variant<V: Visitor<'a>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> serde_json::Result<V::Value> {
        content(self.data, |json| de::Deserializer::deserialize_struct(json, "", fields, visitor))
    }
}

/// Reads all of the data.
fn content<'a, T>(data: &'a str, read: impl FnOnce(&mut Json<'a>) -> serde_json::Result<T>) -> serde_json::Result<T> {
    let mut json = serde_json::Deserializer::from_str(data);
    let content = read(&mut json)?;
    json.end()?;
    Ok(content)
}

/// The name of `value`'s variant. Ignores its fields.
///
/// # Errors
///
/// When `value` is not a variant of an enum.
pub(crate) fn variant<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<&'static str> {
    value.serialize(Name)
}

/// Serializes the content of a variant, without its name; for a unit variant, `{}`.
pub(crate) struct Content<'a, T: ?Sized>(pub(crate) &'a T);

impl<T: Serialize + ?Sized> Serialize for Content<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Unwrap(serializer))
    }
}

/// The part of a `Serializer` that rejects everything but variants of enums and newtypes around them.
macro_rules! nothing_but_variants {
    () => {
        type SerializeSeq = Impossible<Self::Ok, Self::Error>;
        type SerializeTuple = Impossible<Self::Ok, Self::Error>;
        type SerializeTupleStruct = Impossible<Self::Ok, Self::Error>;
        type SerializeMap = Impossible<Self::Ok, Self::Error>;
        type SerializeStruct = Impossible<Self::Ok, Self::Error>;

        nothing_but_variants! {
            serialize_bool(bool) Ok "a boolean"
            serialize_i8(i8) Ok "a number"
            serialize_i16(i16) Ok "a number"
            serialize_i32(i32) Ok "a number"
            serialize_i64(i64) Ok "a number"
            serialize_i128(i128) Ok "a number"
            serialize_u8(u8) Ok "a number"
            serialize_u16(u16) Ok "a number"
            serialize_u32(u32) Ok "a number"
            serialize_u64(u64) Ok "a number"
            serialize_u128(u128) Ok "a number"
            serialize_f32(f32) Ok "a number"
            serialize_f64(f64) Ok "a number"
            serialize_char(char) Ok "a character"
            serialize_str(&str) Ok "a string"
            serialize_bytes(&[u8]) Ok "bytes"
            serialize_none() Ok "an option"
            serialize_unit() Ok "a unit"
            serialize_unit_struct(&'static str) Ok "a struct"
            serialize_seq(Option<usize>) SerializeSeq "a sequence"
            serialize_tuple(usize) SerializeTuple "a tuple"
            serialize_tuple_struct(&'static str, usize) SerializeTupleStruct "a struct"
            serialize_map(Option<usize>) SerializeMap "a map"
            serialize_struct(&'static str, usize) SerializeStruct "a struct"
        }

        fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<Self::Ok, Self::Error> {
            self.serialize_none()
        }

        fn serialize_newtype_struct<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            value: &T,
        ) -> Result<Self::Ok, Self::Error> {
            value.serialize(self)
        }
    };
    ($($method:ident($($type:ty),*) $ok:ident $found:literal)*) => {$(
        fn $method(self, $(_: $type),*) -> Result<Self::$ok, Self::Error> {
            Err(ser::Error::custom(concat!("found ", $found, ", expected a variant of an enum")))
        }
    )*};
}

/// Serializes to the name of a variant.
struct Name;

impl Serializer for Name {
    type Ok = &'static str;
    type Error = serde_json::Error;
    type SerializeTupleVariant = Named;
    type SerializeStructVariant = Named;

    nothing_but_variants! {}

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> serde_json::Result<&'static str> {
        Ok(variant)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: &T,
    ) -> serde_json::Result<&'static str> {
        Ok(variant)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> serde_json::Result<Named> {
        Ok(Named(variant))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> serde_json::Result<Named> {
        Ok(Named(variant))
    }
}

/// The name of a variant whose fields are still to be serialized.
struct Named(&'static str);

impl ser::SerializeTupleVariant for Named {
    type Ok = &'static str;
    type Error = serde_json::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &T) -> serde_json::Result<()> {
        Ok(())
    }

    fn end(self) -> serde_json::Result<&'static str> {
        Ok(self.0)
    }
}

impl ser::SerializeStructVariant for Named {
    type Ok = &'static str;
    type Error = serde_json::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, _: &T) -> serde_json::Result<()> {
        Ok(())
    }

    fn end(self) -> serde_json::Result<&'static str> {
        Ok(self.0)
    }
}

/// Passes the content of a variant to a serializer, without the name.
struct Unwrap<S>(S);

impl<S: Serializer> Serializer for Unwrap<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeTupleVariant = Unwrap<S::SerializeTuple>;
    type SerializeStructVariant = Unwrap<S::SerializeStruct>;

    nothing_but_variants! {}

    /// As an object: `JSON.parse` accepts it, and so does a receiver whose variant has gained optional fields.
    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<S::Ok, S::Error> {
        self.0.serialize_map(Some(0))?.end()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        content: &T,
    ) -> Result<S::Ok, S::Error> {
        content.serialize(self.0)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        self.0.serialize_tuple(len).map(Unwrap)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        self.0.serialize_struct(variant, len).map(Unwrap)
    }
}

impl<S: ser::SerializeTuple> ser::SerializeTupleVariant for Unwrap<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        self.0.serialize_element(value)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

impl<S: ser::SerializeStruct> ser::SerializeStructVariant for Unwrap<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), S::Error> {
        self.0.serialize_field(name, value)
    }

    fn skip_field(&mut self, name: &'static str) -> Result<(), S::Error> {
        self.0.skip_field(name)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}
