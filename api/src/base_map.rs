//! The base map that an operator chose: tiles of a map service by address (天地图, a service of one's own), or one PMTiles
//! file that the product serves itself. It refuses addresses without the places for the tile's numbers, and lets pages ask
//! no host but the one of the tiles.

use std::path::PathBuf;

use actix_files::NamedFile;
use actix_web::http::header::ContentEncoding;
use actix_web::{HttpRequest, Responder, web};
use domain::geo::datum::CoordType;
use serde::Serialize;
use url::Url;

use crate::Api;
use crate::error::{ApiError, ApiResult, Kind};
use crate::settings::Settings;

/// Where the PMTiles file is served.
pub const FILE: &str = "/base-map.pmtiles";
/// What the address of a tile must name.
const PLACES: [&str; 3] = ["{z}", "{x}", "{y}"];

/// Where tiles come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tiles {
    /// An address with `{z}`, `{x}` and `{y}`.
    Raster(String),
    /// A PMTiles (v3) file.
    File(PathBuf),
}

/// What `/v1/config` tells of it.
#[derive(Debug, Serialize)]
pub struct BaseMapView<'a> {
    kind: &'static str,
    url: &'a str,
    /// The datum in which the tiles are drawn; everything on them is asked for in it.
    coord_type: CoordType,
    attribution: &'a str,
}

impl Tiles {
    /// Reads the setting; the error is a Chinese sentence.
    pub fn read(text: &str) -> Result<Self, String> {
        if !text.contains("://") {
            let is_file = text.to_ascii_lowercase().ends_with(".pmtiles");
            return if is_file {
                Ok(Self::File(text.into()))
            } else {
                Err("须为瓦片地址模板或 .pmtiles 文件".into())
            };
        }
        let missing = PLACES.iter().find(|place| !text.contains(**place));
        if let Some(place) = missing {
            return Err(format!("瓦片地址缺少 {place}"));
        }
        match origin_of(text) {
            Some(_) => Ok(Self::Raster(text.to_owned())),
            None => Err("瓦片地址须以 http:// 或 https:// 开头".into()),
        }
    }

    /// The origin from which pages must be let to load; none for a file of our own.
    pub fn origin(&self) -> Option<String> {
        match self {
            Self::Raster(address) => origin_of(address),
            Self::File(_) => None,
        }
    }
}

fn origin_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.origin().ascii_serialization())
}

/// What clients are told; null without a base map.
pub fn view(settings: &Settings) -> Option<BaseMapView<'_>> {
    let (kind, url) = match settings.base_map.as_ref()? {
        Tiles::Raster(address) => ("raster", address.as_str()),
        Tiles::File(_) => ("pmtiles", FILE),
    };
    let (coord_type, attribution) = (settings.base_map_datum, settings.base_map_credit.as_str());
    Some(BaseMapView { kind, url, coord_type, attribution })
}

/// `GET /base-map.pmtiles`: any part of the file (RFC 9110, ranges).
pub async fn file(api: web::Data<Api>, request: HttpRequest) -> ApiResult<impl Responder> {
    let Some(Tiles::File(path)) = &api.settings.base_map else { return Err(Kind::NotFound.into()) };
    let file = NamedFile::open_async(path).await.map_err(|error| {
        ApiError::from(Kind::NotFound).because(format_args!("{}: {error}", path.display()))
    })?;
    // Compressed, its parts would not be where its directory says.
    let file = file.set_content_encoding(ContentEncoding::Identity);
    Ok(file.into_response(&request))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_an_address_with_three_numbers_or_a_file() {
        let address = "https://t0.tianditu.gov.cn/vec_w/wmts?TILEMATRIX={z}&TILECOL={x}&TILEROW={y}&tk=abc";
        let tiles = Tiles::read(address).unwrap();
        assert_eq!(tiles.origin().as_deref(), Some("https://t0.tianditu.gov.cn"));
        assert_eq!(Tiles::read("/data/jimo.pmtiles").unwrap().origin(), None);
        for text in
            ["", "map", "https://a/{z}/{x}", "ftp://a/{z}/{x}/{y}", "javascript://{z}{x}{y}", "map.mbtiles"]
        {
            assert!(Tiles::read(text).is_err(), "{text}");
        }
    }
}
