@echo off
rem Starts tune4j with the settings that the JVM and the native libraries need.
setlocal
set "TUNE4J_HOME=%~dp0.."
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
set "FLAGS="
rem libtorch and oneDNN each remember a product for every shape that they met.
if not defined LRU_CACHE_CAPACITY set "LRU_CACHE_CAPACITY=128"
if not defined ONEDNN_PRIMITIVE_CACHE_CAPACITY set "ONEDNN_PRIMITIVE_CACHE_CAPACITY=128"
rem What libtorch warns of is said in our own words.
if not defined TORCH_CPP_LOG_LEVEL set "TORCH_CPP_LOG_LEVEL=ERROR"
"%JAVA%" --sun-misc-unsafe-memory-access=allow --version >nul 2>&1
if not errorlevel 1 set "FLAGS=--sun-misc-unsafe-memory-access=allow --enable-native-access=io.tune4j.app"
"%JAVA%" %FLAGS% -Xms64m -Xmx2g -XX:+UseSerialGC -XX:TieredStopAtLevel=1 ^
    -Dorg.bytedeco.javacpp.nopointergc=true ^
    -Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0 ^
    -Dguice_bytecode_gen_option=DISABLED -Dguice_custom_class_loading=OFF ^
    "-Dtune4j.home=%TUNE4J_HOME%" %TUNE4J_OPTS% --add-modules java.se,jdk.unsupported,jdk.crypto.ec,jdk.zipfs,jdk.net ^
    --module-path "%TUNE4J_HOME%\lib" --module io.tune4j.app/io.tune4j.app.Main %*
exit /b %ERRORLEVEL%
