//! Values that may be anything: what is not of the kind we know is passed
//! over, so that a line is only lost when it is no JSON at all, and none of
//! what is passed over is kept in memory.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A string, or nothing.
#[derive(Debug, Default)]
pub(super) struct Text<'a>(pub(super) Option<Cow<'a, str>>);

impl Text<'_> {
    pub(super) fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }

    pub(super) fn is(&self, text: &str) -> bool {
        self.get() == Some(text)
    }
}

/// A whole number from 0 on, or nothing.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Number(pub(super) Option<u64>);

/// A number, or nothing.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Real(pub(super) Option<f64>);

/// Whether it is `true`.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Flag(pub(super) bool);

/// An object, or nothing.
#[derive(Debug)]
pub(super) struct Object<T>(pub(super) Option<T>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

/// The objects of a list; nothing where it is none.
#[derive(Debug)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// What the visitors do with what is not of their kind.
macro_rules! pass_over {
    ($($kind:ident)*) => { $(pass_over!(@$kind);)* };
    (@any) => {
        fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
            to.write_str("anything")
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
    (@bool) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
    (@numbers) => {
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
    (@negative) => {
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
    (@text) => {
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
    (@list) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
    (@object) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
}
pub(super) use pass_over;

struct Texts;

impl<'de> Visitor<'de> for Texts {
    type Value = Text<'de>;
    pass_over!(any bool numbers negative list object);
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Texts)
    }
}

struct Numbers;

impl<'de> Visitor<'de> for Numbers {
    type Value = Number;
    pass_over!(any bool negative text list object);
    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Number(Some(number)))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within what a float holds exactly"
        )]
        let whole = (0.0..9e15).contains(&number).then_some(number as u64);
        Ok(Number(whole))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Numbers)
    }
}

struct Reals;

impl<'de> Visitor<'de> for Reals {
    type Value = Real;
    pass_over!(any bool negative text list object);
    #[expect(clippy::cast_precision_loss, reason = "a sum of money")]
    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Real(Some(number as f64)))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Real(Some(number)))
    }
}

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reals)
    }
}

impl Real {
    /// Dollars as millionths; nothing for what is no price.
    pub(super) fn millionths(self) -> Option<u64> {
        let dollars = self
            .0
            .filter(|dollars| (0.0..1_000_000.0).contains(dollars))?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within these bounds"
        )]
        Some((dollars * 1e6).round() as u64)
    }
}

struct Flags;

impl<'de> Visitor<'de> for Flags {
    type Value = Flag;
    pass_over!(any numbers negative text list object);
    fn visit_bool<E>(self, is: bool) -> Result<Self::Value, E> {
        Ok(Flag(is))
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Flags)
    }
}

struct Objects<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Objects<T> {
    type Value = Object<T>;
    pass_over!(any bool numbers negative text list);
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|it| Object(Some(it)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Objects(PhantomData))
    }
}

struct Lists<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Lists<T> {
    type Value = List<T>;
    pass_over!(any bool numbers negative text object);
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(one) = list.next_element::<Object<T>>()? {
            all.extend(one.0);
        }
        Ok(List(all))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Lists(PhantomData))
    }
}
