//! Reports of a day, a week or a month: which are due ([`due`], [`overdue`]), and
//! what they are made from ([`gather`]).

pub mod due;
pub mod gather;
pub mod overdue;
